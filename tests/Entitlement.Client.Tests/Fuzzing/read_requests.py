"""Reads license requests by the rules of src/Entitlement.Formats/README.md and nothing of its code: signatures by jwcrypto,
JSON by Python. Usage: read_requests.py FILE, with one request in base64 a line; prints 'accepted' or why not for each."""
import base64
import datetime
import json
import re
import sys

from jwcrypto import jwk, jws

MAX_FILE = 2 * 1024 * 1024
MAX_HEADER = 16 * 1024
MAX_DEVICES = 10_000
LAST_SECOND = 253402300799
LAST_INT = 2147483647
KINDS = ["cpu", "board", "disk", "mac", "os", "tpm", "vm"]
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Refused(Exception):
    pass


def require(holds, rule):
    if not holds:
        raise Refused(rule)


def decode(text, length=None):
    require(re.fullmatch(rb"[A-Za-z0-9_-]*", text) and len(text) % 4 != 1, "not base64url")
    data = base64.urlsafe_b64decode(text + b"=" * (-len(text) % 4))
    require(base64.urlsafe_b64encode(data).rstrip(b"=") == text, "not canonical")
    require(length is None or len(data) == length, f"not {length} bytes")
    return data


def members(pairs):
    require(len({name for name, _ in pairs}) == len(pairs), "a name twice")
    return dict(pairs)


def never(_):
    raise Refused("not a whole number")


def parse(data):
    value = json.loads(
        data.decode("utf-8"), object_pairs_hook=members, parse_float=never, parse_constant=never)
    require(isinstance(value, dict), "not an object")
    return value


def only(value, required, optional=()):
    require(isinstance(value, dict), "not an object")
    require(set(required) <= set(value), "a member is missing")
    require(set(value) <= set(required) | set(optional), "a member that is not known")


def text(value, longest=256):
    require(isinstance(value, str), "not a string")
    require(not any(0xD800 <= ord(letter) <= 0xDFFF for letter in value), "half a pair")
    require(1 <= len(value.encode("utf-16-le")) // 2 <= longest, "length")
    require(not any(ord(letter) < 0x20 or 0x7F <= ord(letter) <= 0x9F for letter in value), "control character")
    return value


def number(value, lowest, highest):
    require(isinstance(value, int) and not isinstance(value, bool) and lowest <= value <= highest, "number")


def entries(value, lowest, highest):
    require(isinstance(value, list) and lowest <= len(value) <= highest, "list")
    return value


def read_header(data):
    header = parse(data)
    only(header, ["typ", "alg", "jwk"])
    require(header["typ"] == "lrq+jwt" and header["alg"] == "ES256", "typ or alg")
    only(header["jwk"], ["kty", "crv", "x", "y"])
    require(header["jwk"]["kty"] == "EC" and header["jwk"]["crv"] == "P-256", "kty or crv")
    for coordinate in ("x", "y"):
        decode(text(header["jwk"][coordinate]).encode(), 32)
    return header["jwk"]


def read_components(components):
    only(components, [], KINDS)
    require(components, "no kind")
    for hashes in components.values():
        for one in entries(hashes, 1, 16):
            decode(text(one).encode(), 32)
        require(all(one < other for one, other in zip(hashes, hashes[1:])), "not sorted")


def read_devices(devices):
    for device in entries(devices, 0, MAX_DEVICES):
        only(device, ["id", "feature"], ["model"])
        text(device["id"], 128)
        text(device["feature"], 128)
        if "model" in device:
            text(device["model"])
    require(len({(device["feature"], device["id"]) for device in devices}) == len(devices), "a device twice")


def read_claims(data):
    claims = parse(data)
    only(claims,
         ["jti", "iat", "ver", "op", "slc", "product", "product_version", "build_date", "machine", "gen"],
         ["aud", "devices", "replaces"])
    require(UUID.fullmatch(text(claims["jti"])), "jti")
    number(claims["iat"], 0, LAST_SECOND)
    number(claims["ver"], 1, 1)
    number(claims["gen"], 0, LAST_INT)
    for name in ("slc", "product", "product_version", "aud", "replaces"):
        if name in claims:
            text(claims[name])
    require(claims["op"] in ("activate", "refresh", "replace"), "op")
    require(("replaces" in claims) == (claims["op"] == "replace"), "replaces")
    require(DATE.fullmatch(text(claims["build_date"])), "build_date")
    datetime.date.fromisoformat(claims["build_date"])
    only(claims["machine"], ["name", "components"])
    text(claims["machine"]["name"])
    read_components(claims["machine"]["components"])
    read_devices(claims.get("devices", []))


def read(file):
    require(len(file) <= MAX_FILE, "too large")
    line = file[:-2] if file.endswith(b"\r\n") else file[:-1] if file.endswith(b"\n") else file
    parts = line.split(b".")
    require(len(parts) == 3 and len(parts[0]) <= MAX_HEADER, "not three parts")
    header, payload, _ = decode(parts[0]), decode(parts[1]), decode(parts[2], 64)
    key = jwk.JWK(**read_header(header))
    token = jws.JWS()
    token.allowed_algs = ["ES256"]
    token.deserialize(line.decode())
    token.verify(key)
    require(token.payload == payload, "payload")
    read_claims(payload)


for request in open(sys.argv[1]):
    try:
        read(base64.b64decode(request))
        print("accepted")
    except Exception as refusal:  # Whatever a library says of a request that is not one.
        print(type(refusal).__name__, str(refusal).replace("\n", " "))
