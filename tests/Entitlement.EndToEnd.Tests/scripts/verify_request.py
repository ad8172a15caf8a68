"""Verifies a license request with jwcrypto: usage verify_request.py REQUEST. Prints the thumbprint of its key."""
import base64
import json
import sys

from jwcrypto import jwk, jws

token = open(sys.argv[1]).read().strip()
header = json.loads(base64.urlsafe_b64decode(token.split(".")[0] + "=="))
key = jwk.JWK(**header["jwk"])
signed = jws.JWS()
signed.allowed_algs = ["ES256"]
signed.deserialize(token, key)
assert json.loads(signed.payload)["op"] == "activate"
print(key.thumbprint())
