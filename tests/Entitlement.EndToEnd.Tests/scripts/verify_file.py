"""Verifies a file with jwcrypto and cryptography: usage verify_file.py FILE ROOT [BODY]. Prints its claims.

A license file or a list of revoked ones by the certificate in it, a list of revoked keys by the root itself, and the
proof of a call by its own key and by BODY, the bytes that it goes with."""
import base64
import hashlib
import json
import sys

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from jwcrypto import jwk, jws


def key_of(certificate):
    return jwk.JWK.from_pem(certificate.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo))


def signing_key(header, root):
    """The key of the certificate in the header, which the root has issued."""
    certificate = x509.load_der_x509_certificate(base64.b64decode(header["x5c"][0]))
    assert certificate.issuer == root.subject
    root.public_key().verify(
        certificate.signature, certificate.tbs_certificate_bytes, ec.ECDSA(certificate.signature_hash_algorithm))
    return key_of(certificate)


token = open(sys.argv[1]).read().strip()
root_certificate = x509.load_pem_x509_certificate(open(sys.argv[2], "rb").read())
protected = token.split(".")[0]
header = json.loads(base64.urlsafe_b64decode(protected + "=" * (-len(protected) % 4)))
assert header["alg"] == "ES256", header
if header["typ"] == "call+jwt":
    key = jwk.JWK(**header["jwk"])
elif header["typ"] == "krl+jwt":
    key = key_of(root_certificate)
else:
    assert header["typ"] in ("lic+jwt", "rl+jwt"), header
    key = signing_key(header, root_certificate)
assert header["typ"] == "call+jwt" or key.thumbprint() == header["kid"]

signed = jws.JWS()
signed.allowed_algs = ["ES256"]
signed.deserialize(token, key)
claims = json.loads(signed.payload)
if header["typ"] == "call+jwt":
    digest = hashlib.sha256(open(sys.argv[3], "rb").read()).digest()
    assert claims["body"] == base64.urlsafe_b64encode(digest).rstrip(b"=").decode(), claims
print(json.dumps(claims))
