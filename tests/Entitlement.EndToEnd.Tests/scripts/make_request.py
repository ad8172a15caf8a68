"""Makes a license request with jwcrypto, as a product in another language would: usage make_request.py SLC PRODUCT FILE."""
import base64
import hashlib
import json
import sys
import time
import uuid

from jwcrypto import jwk, jws


def component(product, kind, value):
    """Length-prefixed, so that no two lists of values give the same bytes."""
    parts = b"".join(len(part).to_bytes(4, "big") + part for part in (text.encode() for text in (product, kind, value)))
    return base64.urlsafe_b64encode(hashlib.sha256(parts).digest()).rstrip(b"=").decode()


slc, product, path = sys.argv[1:]
key = jwk.JWK.generate(kty="EC", crv="P-256")
public = json.loads(key.export_public())
header = {"alg": "ES256", "typ": "lrq+jwt", "jwk": {name: public[name] for name in ("kty", "crv", "x", "y")}}
claims = {
    "jti": str(uuid.uuid4()),
    "iat": int(time.time()),
    "ver": 1,
    "op": "activate",
    "slc": slc,
    "product": product,
    "product_version": "1.0",
    "build_date": "2026-11-01",
    "machine": {
        "name": "a machine of another language",
        "components": {kind: [component(product, kind, uuid.uuid4().hex)] for kind in ("board", "disk")},
    },
    "devices": [{"id": "cam-1", "feature": "camera"}],
    "gen": 0,
}
token = jws.JWS(json.dumps(claims))
token.add_signature(key, protected=json.dumps(header))
with open(path, "w", newline="\n") as file:
    file.write(token.serialize(compact=True) + "\n")
