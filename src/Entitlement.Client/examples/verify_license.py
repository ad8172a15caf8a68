#!/usr/bin/env python3
"""Verifies an Entitlement license file (.lic) offline, with Python's standard library and the openssl command alone.

Prints the reason and exits 0 if it is VALID, else 1. The rules, their order and their names are those of
Entitlement.Client, so a file is told the same everywhere. Copy it into your product, or write it anew in its language:
  verify_license.py license.lic root.pem --product acme-cad --build-date 2026-11-01 --jkt THUMBPRINT --machine FILE
"""
import argparse, base64, binascii, hashlib, json, re, ssl, subprocess, sys, tempfile, time
from datetime import datetime, timezone

LICENSE_SIGNING = "2.25.45698641580986042625472229033895215638"  # extended key usage "signs license files"
DAY = 86400
TEXTS = ("iss", "sub", "jti", "slc", "account", "product", "lrq")
TIMES = ("iat", "nbf", "exp", "license_until", "care_until", "trial_until", "overlap_until")


class Refused(Exception):
    pass


def require(condition, reason):
    if not condition:
        raise Refused(reason)


def decode(part):
    """Base64url in its one canonical form: no padding, no white space, no left-over bits."""
    require(re.fullmatch(rb"[A-Za-z0-9_-]*", part) and len(part) % 4 != 1, "MALFORMED")
    data = base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4))
    require(base64.urlsafe_b64encode(data).rstrip(b"=") == part, "MALFORMED")
    return data


def parse(data):
    def once(pairs):
        require(len({name for name, _ in pairs}) == len(pairs), "MALFORMED")
        return dict(pairs)
    value = json.loads(data.decode("utf-8"), object_pairs_hook=once, parse_constant=lambda _: require(False, "MALFORMED"))
    require(isinstance(value, dict), "MALFORMED")
    return value


def openssl(*arguments, data=None):
    run = subprocess.run(["openssl", *arguments], input=data, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return run.returncode == 0, run.stdout


def is_whole(value, least):
    return type(value) is int and value >= least


def check_certificate(leaf, roots):
    """Issued directly by a pinned root (at whatever time), and of the profile for signing license files."""
    chain = ("verify", "-no-CApath", "-no-CAstore", "-verify_depth", "0", "-CAfile", roots)
    require(openssl(*chain, "-no_check_time", leaf)[0], "UNTRUSTED_ROOT")
    text = openssl("x509", "-in", leaf, "-noout", "-text")[1].decode()
    dates = dict(line.split("=", 1) for line in openssl("x509", "-in", leaf, "-noout", "-dates")[1].decode().splitlines())
    validity = ssl.cert_time_to_seconds(dates["notAfter"]) - ssl.cert_time_to_seconds(dates["notBefore"])
    usages = re.search(r"Extended Key Usage:.*\n\s*(.*)", text)
    require("ASN1 OID: prime256v1" in text and "CA:TRUE" not in text and "Digital Signature" in text
            and usages and LICENSE_SIGNING in usages[1].split(", ") and validity <= 400 * DAY, "CERTIFICATE_UNSUITABLE")
    return lambda at: openssl(*chain, "-attime", str(at), leaf)[0]


def check_signature(header, signature, signing_input, leaf, key_file):
    key = openssl("x509", "-in", leaf, "-noout", "-pubkey")[1]
    with open(key_file, "wb") as file:
        file.write(key)
    point = base64.b64decode(b"".join(key.splitlines()[1:-1]))[-64:]
    x, y = (base64.urlsafe_b64encode(half).rstrip(b"=").decode() for half in (point[:32], point[32:]))
    jwk = json.dumps({"crv": "P-256", "kty": "EC", "x": x, "y": y}, separators=(",", ":"))
    thumbprint = base64.urlsafe_b64encode(hashlib.sha256(jwk.encode()).digest()).rstrip(b"=").decode()
    numbers = b""
    for half in (signature[:32], signature[32:]):  # openssl wants r and s as DER
        number = half.lstrip(b"\0") or b"\0"
        number = b"\0" + number if number[0] & 0x80 else number
        numbers += bytes([2, len(number)]) + number
    with open(key_file + ".sig", "wb") as file:
        file.write(bytes([0x30, len(numbers)]) + numbers)
    signed = openssl("dgst", "-sha256", "-verify", key_file, "-signature", key_file + ".sig", data=signing_input)[0]
    require(signed and thumbprint == header["kid"], "SIGNATURE_INVALID")


def check_claims_form(claims):
    require(claims.get("ver") == 1 or not is_whole(claims.get("ver"), 0), "UNKNOWN_VERSION")
    machine, cnf = claims.get("machine"), claims.get("cnf")
    require(is_whole(claims.get("ver"), 1) and is_whole(claims.get("gen"), 1), "MALFORMED")
    require(all(isinstance(claims.get(name), str) and claims[name] for name in TEXTS), "MALFORMED")
    require(all(is_whole(claims.get(name, 0), 0) for name in TIMES) and "iat" in claims and "nbf" in claims, "MALFORMED")
    require(isinstance(machine, dict) and isinstance(machine.get("components"), dict) and machine["components"]
            and is_whole(machine.get("match"), 0) and machine["match"] <= len(machine["components"]), "MALFORMED")
    require(isinstance(cnf, dict) and isinstance(cnf.get("jkt"), str) and isinstance(claims.get("features"), list), "MALFORMED")


def verify(file, roots, options, now):
    require(len(file) <= 3 * 1024 * 1024, "MALFORMED")
    parts = re.sub(rb"\r?\n\Z", b"", file).split(b".")
    require(len(parts) == 3, "MALFORMED")
    header, payload, signature = parse(decode(parts[0])), decode(parts[1]), decode(parts[2])
    require(header.get("typ") == "lic+jwt" and header.get("alg") == "ES256" and "crit" not in header, "MALFORMED")
    chain = header.get("x5c")
    require(isinstance(header.get("kid"), str) and isinstance(chain, list) and len(chain) == 1 and len(signature) == 64, "MALFORMED")
    claims = parse(payload)
    check_claims_form(claims)

    with tempfile.TemporaryDirectory() as folder:
        leaf = folder + "/leaf.pem"
        readable, pem = openssl("x509", "-inform", "DER", data=base64.b64decode(chain[0], validate=True))
        require(readable, "MALFORMED")
        with open(leaf, "wb") as target:
            target.write(pem)
        was_valid = check_certificate(leaf, roots)
        check_signature(header, signature, parts[0] + b"." + parts[1], leaf, folder + "/key.pem")
        require(header["kid"] not in options.revoked_kid, "SIGNING_KEY_REVOKED")
        require(was_valid(claims["iat"]), "CERTIFICATE_NOT_VALID_AT_ISSUE")

    exp, license_until = claims.get("exp"), claims.get("license_until")
    require(options.product in (None, claims["product"]), "WRONG_PRODUCT")
    require(options.jkt in (None, claims["cnf"]["jkt"]), "WRONG_INSTALLATION")
    require(claims["gen"] >= options.gen, "GENERATION_WENT_BACK")
    require(now >= claims["nbf"] - DAY, "NOT_YET_VALID")
    require(now < claims.get("overlap_until", now + 1), "OVERLAP_ENDED")
    # A file that goes on after the end of its license does so by the service's grace, and ends with it.
    require(license_until is None or now < license_until or (exp is not None and now < exp), "LICENSE_ENDED")
    require(now < claims.get("trial_until", now + 1), "LICENSE_ENDED")
    require(exp is None or now < exp, "FILE_EXPIRED")
    if options.machine is not None:
        here = parse(options.machine.read())
        there = claims["machine"]["components"]
        matches = sum(1 for kind in there if set(there[kind]) & set(here.get(kind, ())))
        require(matches >= claims["machine"]["match"], "MACHINE_MISMATCH")
    if options.build_date is not None and "care_until" in claims:
        covered = datetime.fromtimestamp(claims["care_until"], timezone.utc).strftime("%Y-%m-%d")
        require(options.build_date <= covered, "BUILD_NOT_COVERED")


def main():
    arguments = argparse.ArgumentParser(description="Verifies a license file offline.")
    arguments.add_argument("license")
    arguments.add_argument("roots", help="pinned root certificates, PEM")
    arguments.add_argument("--product", help="code of this product")
    arguments.add_argument("--build-date", help="date of this build, YYYY-MM-DD in UTC")
    arguments.add_argument("--jkt", help="thumbprint of this installation's instance key")
    arguments.add_argument("--machine", type=argparse.FileType("rb"), help="JSON of this machine's components: {kind: [hash]}")
    arguments.add_argument("--gen", type=int, default=0, help="highest generation installed so far")
    arguments.add_argument("--revoked-kid", action="append", default=[], help="a revoked signing key; may be repeated")
    arguments.add_argument("--now", type=int, default=int(time.time()), help="seconds since 1970, for tests")
    options = arguments.parse_args()
    try:
        with open(options.license, "rb") as file:
            verify(file.read(3 * 1024 * 1024 + 1), options.roots, options, options.now)
        reason = "VALID"
    except Refused as refusal:
        reason = refusal.args[0]
    except FileNotFoundError:
        reason = "NO_LICENSE_FILE"
    except (binascii.Error, ValueError, TypeError, RecursionError):
        reason = "MALFORMED"
    print(reason)
    return 0 if reason == "VALID" else 1


if __name__ == "__main__":
    sys.exit(main())
