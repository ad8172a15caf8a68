"""Verifies a license file with jwcrypto and cryptography: usage verify_license.py LICENSE ROOT. Prints its claims."""
import base64
import json
import sys

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from jwcrypto import jwk, jws

license_file, root_file = sys.argv[1:]
token = open(license_file).read().strip()
header = json.loads(base64.urlsafe_b64decode(token.split(".")[0] + "=="))
assert header["alg"] == "ES256" and header["typ"] == "lic+jwt", header

root = x509.load_pem_x509_certificate(open(root_file, "rb").read())
certificate = x509.load_der_x509_certificate(base64.b64decode(header["x5c"][0]))
assert certificate.issuer == root.subject
root.public_key().verify(certificate.signature, certificate.tbs_certificate_bytes, ec.ECDSA(certificate.signature_hash_algorithm))

key = jwk.JWK.from_pem(certificate.public_key().public_bytes(
    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo))
assert key.thumbprint() == header["kid"]

signed = jws.JWS()
signed.allowed_algs = ["ES256"]
signed.deserialize(token, key)
print(signed.payload.decode())
