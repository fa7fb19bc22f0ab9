#!/usr/bin/env python3
"""A second verifier of receipts, made from docs/verify.md alone.

    verify_independent.py PICTURE POOL_KEY_IN_BASE64 [ORIGINAL [MASK]]

With ORIGINAL and MASK also whether these are the files that the picture began with. Needs the
`cryptography` package for Ed25519 and nothing else. Exit code 0: valid; 1: invalid, not trusted, or
begun with another file; 2: cannot be read or holds no receipt.
"""

import base64
import hashlib
import hmac
import json
import math
import re
import struct
import sys
import zlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

KEYWORD = b"gotong:receipt"
STATEMENT_TYPE = "application/vnd.in-toto+json"
ENROLMENT_TYPE = "application/vnd.gotong.enrol.v1+json"
PLAIN_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}\Z")
HEX_DIGEST = re.compile(r"[0-9a-f]{64}\Z")
DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?\Z")
TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)\.(\d{3})Z\Z", re.ASCII)

FIELD = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
CURVE_D = -121665 * pow(121666, FIELD - 2, FIELD) % FIELD


class Unreadable(Exception):
    """There is nothing to judge."""


class Invalid(Exception):
    """There is a receipt, and it does not hold."""


def require(holds, what):
    if not holds:
        raise Invalid(what)


# The PNG (section 1).


def chunks_of(file):
    if not file.startswith(b"\x89PNG\r\n\x1a\n"):
        raise Unreadable("not a PNG")
    chunks, at = [], 8
    while not chunks or chunks[-1][0] != b"IEND":
        if len(file) - at < 12:
            raise Unreadable("cut short")
        (size,) = struct.unpack_from(">I", file, at)
        if size > len(file) - at - 12:
            raise Unreadable("a chunk reaches past the end")
        kind, data = file[at + 4 : at + 8], file[at + 8 : at + 8 + size]
        (crc,) = struct.unpack_from(">I", file, at + 8 + size)
        if crc != zlib.crc32(kind + data):
            raise Unreadable("wrong checksum")
        require_place(kind, data, [chunk[0] for chunk in chunks])
        chunks.append((kind, data, at))
        at += size + 12
    if at != len(file):
        raise Unreadable("bytes after the end")
    return chunks


def require_place(kind, data, before):
    sound = (
        re.fullmatch(rb"[A-Za-z]{2}[A-Z][A-Za-z]", kind)
        and (kind[0:1].islower() or kind in (b"IHDR", b"PLTE", b"IDAT", b"IEND"))
        and (kind == b"IHDR") == (not before)
        and (kind != b"IHDR" or len(data) == 13)
        and (kind != b"IDAT" or b"IDAT" not in before or before[-1] == b"IDAT")
        and (kind != b"IEND" or (not data and b"IDAT" in before))
    )
    if not sound:
        raise Unreadable("chunks out of order")


def split(file):
    """The blob and the receipt's text."""
    chunks = chunks_of(file)
    texts = (b"tEXt", b"zTXt", b"iTXt")
    ours = [c for c in chunks if c[0] in texts and c[1].split(b"\0", 1)[0] == KEYWORD]
    if not ours:
        raise Unreadable("no receipt")
    kind, data, at = chunks[-2]
    head = KEYWORD + b"\0\0\0\0\0"
    require(len(ours) == 1 and ours[0] is chunks[-2], "the receipt is not before the end")
    require(kind == b"iTXt" and data.startswith(head), "the receipt is not a plain text")
    text = data[len(head) :]
    require(b"\0" not in text, "a zero byte in the receipt")
    return file[:at] + file[at + len(data) + 12 :], text


# Reading (sections 2 to 4).


def load_json(text, most):
    require(len(text) <= most, "too long")

    def one_of_each(pairs):
        require(len({key for key, _ in pairs}) == len(pairs), "a key appears twice")
        return dict(pairs)

    def no_constant(name):
        raise Invalid(name + " is not JSON")

    def finite(text):
        require(math.isfinite(float(text)), "a number that fits no double")
        return float(text)

    def unsigned_zero(text):
        return -0.0 if text == "-0" else int(text)  # "-0" is no integer without a sign.

    try:
        value = json.loads(
            text.decode("utf-8"),
            object_pairs_hook=one_of_each,
            parse_constant=no_constant,
            parse_float=finite,
            parse_int=unsigned_zero,
        )
        json.dumps(value, ensure_ascii=False).encode("utf-8")  # No lone surrogates.
    except (ValueError, RecursionError) as error:
        raise Invalid("not JSON") from error
    require(depth_of(value) <= 16, "nested too deeply")
    return value


def depth_of(value):
    if isinstance(value, dict):
        return 1 + max(map(depth_of, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(depth_of, value), default=0)
    return 0


def get(value, key, kind):
    require(isinstance(value, dict) and key in value, key + " is missing")
    found = value[key]
    require(isinstance(found, kind) and not isinstance(found, bool), key + " is of another kind")
    return found


def text_of(value, key, pattern=None):
    found = get(value, key, str)
    require(pattern is None or pattern.match(found), key + " is not well formed")
    return found


def number_of(value, key):
    require(0 <= get(value, key, int) < 2**32, key + " is out of range")
    return value[key]


def bytes_of(value, key, size=None):
    text = get(value, key, str)
    try:
        found = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise Invalid(key + " is not base64") from error
    require(base64.b64encode(found).decode() == text, key + " is not strict base64")
    require(size is None or len(found) == size, key + " has another size")
    return found


def time_of(value, key):
    match = TIME.match(get(value, key, str))
    require(match, key + " is no time")
    year, month, day, hour, minute, second, ms = map(int, match.groups())
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    days = [31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    require(1 <= month <= 12 and 1 <= day <= days[month - 1], key + " is no date")
    require(hour < 24 and minute < 60 and second < 60, key + " is no time of day")
    return (year, month, day, hour, minute, second, ms)


def key_of(value, key):
    raw = bytes_of(value, key, 32)
    require(is_sound_key(raw), key + " is not a sound Ed25519 key")
    return raw


# Ed25519 points in affine coordinates: slow, and short enough to be read.


def add(p, q):
    (x1, y1), (x2, y2) = p, q
    k = CURVE_D * x1 * x2 * y1 * y2 % FIELD
    x = (x1 * y2 + x2 * y1) * pow(1 + k, FIELD - 2, FIELD)
    y = (y1 * y2 + x1 * x2) * pow(1 - k, FIELD - 2, FIELD)
    return x % FIELD, y % FIELD


def times(n, p):
    total = (0, 1)
    while n:
        if n & 1:
            total = add(total, p)
        p = add(p, p)
        n >>= 1
    return total


def point_of(raw):
    number = int.from_bytes(raw, "little")
    sign, y = number >> 255, number & (2**255 - 1)
    if y >= FIELD:
        return None
    x2 = (y * y - 1) * pow(CURVE_D * y * y + 1, FIELD - 2, FIELD) % FIELD
    x = pow(x2, (FIELD + 3) // 8, FIELD)
    if x * x % FIELD != x2:
        x = x * pow(2, (FIELD - 1) // 4, FIELD) % FIELD
    if x * x % FIELD != x2 or (x == 0 and sign):
        return None
    return (x if x & 1 == sign else FIELD - x, y)


SOUND = {}  # Checked once each: the multiplication takes a while.


def is_sound_key(raw):
    if raw not in SOUND:
        point = point_of(raw)
        SOUND[raw] = (
            point is not None and times(8, point) != (0, 1) and times(ORDER, point) == (0, 1)
        )
    return SOUND[raw]


def is_signature(raw_key, message, signature):
    try:
        Ed25519PublicKey.from_public_bytes(raw_key).verify(signature, message)
        return True
    except InvalidSignature:
        return False


def read_envelope(value, key):
    envelope = get(value, key, dict)
    payload = bytes_of(envelope, "payload")
    require(len(payload) <= 32768, "a payload is too long")
    signatures = [
        (text_of(one, "keyid"), bytes_of(one, "sig", 64)) for one in get(envelope, "signatures", list)
    ]
    return text_of(envelope, "payloadType"), payload, signatures


def spelling(envelope):
    kind, payload, signatures = envelope
    return {
        "payloadType": kind,
        "payload": base64.b64encode(payload).decode(),
        "signatures": [
            {"keyid": keyid, "sig": base64.b64encode(sig).decode()} for keyid, sig in signatures
        ],
    }


def read_receipt(text):
    value = load_json(text, 98304)
    require(get(value, "gotongReceipt", str) == "1", "another version")
    statement, enrolment = read_envelope(value, "statement"), read_envelope(value, "enrolment")
    pool = get(value, "pool", dict)
    name, key = text_of(pool, "name", PLAIN_NAME), key_of(pool, "publicKey")
    again = {
        "gotongReceipt": "1",
        "statement": spelling(statement),
        "enrolment": spelling(enrolment),
        "pool": {"name": name, "publicKey": base64.b64encode(key).decode()},
    }
    salt = None
    if "promptSalt" in value:
        salt = bytes_of(value, "promptSalt", 32)
        again["promptSalt"] = base64.b64encode(salt).decode()
    made = json.dumps(again, separators=(",", ":"), ensure_ascii=False).encode()
    require(made == text, "not in its one spelling")
    return statement, enrolment, name, key, salt


def read_enrolment(payload):
    value = load_json(payload, 32768)
    account = text_of(value, "account")
    require(len(account.encode()) <= 64, "account is too long")
    return {
        "key": key_of(value, "workerPublicKey"),
        "pool": text_of(value, "pool", PLAIN_NAME),
        "not_before": time_of(value, "notBefore"),
        "not_after": time_of(value, "notAfter"),
    }


def read_statement(payload):
    value = load_json(payload, 32768)
    require(text_of(value, "_type") == "https://in-toto.io/Statement/v1", "another type")
    require(text_of(value, "predicateType") == "urn:gotong:render:v1", "another predicate")
    subjects = get(value, "subject", list)
    require(len(subjects) == 1, "not one subject")
    text_of(subjects[0], "name")
    text_of(get(subjects[0], "annotations", dict), "pixelSha256", HEX_DIGEST)
    predicate = get(value, "predicate", dict)
    read_rest(predicate)
    request = get(predicate, "request", dict)
    text_of(request, "specSha256", HEX_DIGEST)
    worker, pool = get(predicate, "worker", dict), get(predicate, "pool", dict)
    return {
        "blob": text_of(get(subjects[0], "digest", dict), "sha256", HEX_DIGEST),
        "commitment": text_of(request, "promptCommitment", HEX_DIGEST),
        "prompt": text_of(request, "promptDisclosed") if "promptDisclosed" in request else None,
        "worker": text_of(worker, "keyid"),
        "enrolment": text_of(worker, "certSha256", HEX_DIGEST),
        "pool": (text_of(pool, "name"), text_of(pool, "keyid")),
        "finished": time_of(get(predicate, "times", dict), "finished"),
        "original": read_original(predicate),
    }


def read_original(predicate):
    """What the picture began with: the digests of picture and mask, each None where there is none."""
    if "original" not in predicate:
        return None, None
    original = get(predicate, "original", dict)
    picture = text_of(original, "picture", HEX_DIGEST)
    mask = text_of(original, "mask", HEX_DIGEST) if "mask" in original else None
    require(math.isfinite(float(text_of(original, "strength", DECIMAL))), "strength is too large")
    text_of(original, "strengthRule")
    return picture, mask


def read_files(model):
    files = get(model, "files", list)
    require(len(files) <= 96, "too many files")
    lines = sorted(
        b"%s  %s\n" % (text_of(file, "sha256", HEX_DIGEST).encode(), text_of(file, "path").encode())
        for file in files
    )
    digest = hashlib.sha256(b"".join(lines)).hexdigest()
    require(digest == text_of(model, "sha256", HEX_DIGEST), "the files are another model")


def read_rest(predicate):
    """Fields that the check itself does not use, and that must be there all the same."""
    job = get(predicate, "job", dict)
    text_of(job, "id", re.compile(r"[0-9a-f]{32}\Z"))
    number_of(job, "attempt")
    text_of(job, "offerSha256", HEX_DIGEST)
    models = get(predicate, "models", list)
    require(1 <= len(models) <= 16, "no model, or too many")
    for model in models:
        for key in ("role", "name", "format"):
            text_of(model, key)
        read_files(model)
    engine = get(predicate, "engine", dict)
    for key in ("name", "version", "commit", "libtorch", "device", "dtype", "attention"):
        text_of(engine, key)
    text_of(engine, "binarySha256", HEX_DIGEST)
    flags = get(engine, "flags", list)
    require(len(flags) <= 32 and all(isinstance(flag, str) for flag in flags), "odd flags")
    sampling = get(predicate, "sampling", dict)
    seed = text_of(sampling, "seed", re.compile(r"(0|[1-9][0-9]{0,19})\Z"))
    require(int(seed) < 2**64, "seed is out of range")
    for key in ("rng", "sampler", "schedule"):
        text_of(sampling, key)
    for key in ("steps", "width", "height"):
        number_of(sampling, key)
    require(math.isfinite(float(text_of(sampling, "guidance", DECIMAL))), "guidance is too large")
    trajectory = get(predicate, "trajectory", dict)
    text_of(trajectory, "root", HEX_DIGEST)
    number_of(trajectory, "leaves")
    for key in ("leased", "started"):
        time_of(get(predicate, "times", dict), key)


# The check (section 5).


def key_id(raw):
    return hashlib.sha256(raw).hexdigest()


def pae(kind, payload):
    return b"DSSEv1 %d %s %d %s" % (len(kind.encode()), kind.encode(), len(payload), payload)


def require_signed(envelope, index, raw_key, what):
    kind, payload, signatures = envelope
    keyid, signature = signatures[index]
    require(keyid == key_id(raw_key), what + ": another key id")
    require(is_signature(raw_key, pae(kind, payload), signature), what + ": wrong signature")


def check(blob, text):
    """Raises Invalid, or returns the key of the pool in whose name all of it holds."""
    statement, enrolment, pool_name, pool_key, salt = read_receipt(text)
    claims, word = read_statement(statement[1]), read_enrolment(enrolment[1])
    require(hashlib.sha256(blob).hexdigest() == claims["blob"], "another picture")
    require(statement[0] == STATEMENT_TYPE and len(statement[2]) == 2, "not a statement")
    require_signed(statement, 0, word["key"], "worker")
    require(claims["worker"] == key_id(word["key"]), "another worker")
    require(enrolment[0] == ENROLMENT_TYPE and len(enrolment[2]) == 1, "not an enrolment")
    require_signed(enrolment, 0, pool_key, "enrolment")
    require(word["pool"] == pool_name and word["key"] != pool_key, "another pool's enrolment")
    require(claims["enrolment"] == hashlib.sha256(enrolment[1]).hexdigest(), "another enrolment")
    require(word["not_before"] <= claims["finished"] <= word["not_after"], "not enrolled then")
    require_signed(statement, 1, pool_key, "pool")
    require(claims["pool"] == (pool_name, key_id(pool_key)), "another pool")
    require((salt is None) == (claims["prompt"] is None), "salt without prompt, or without salt")
    if salt is not None:
        made = hmac.new(salt, claims["prompt"].encode(), "sha256").hexdigest()
        require(hmac.compare_digest(made, claims["commitment"]), "another prompt")
    return pool_key


def judge(file, trusted):
    """valid, not_trusted, invalid or unreadable; `trusted` holds raw public keys."""
    try:
        return "valid" if check(*split(file)) in trusted else "not_trusted"
    except Invalid:
        return "invalid"
    except Unreadable:
        return "unreadable"


def original_of(file):
    """The digests that a valid picture's receipt names."""
    statement = read_receipt(split(file)[1])[0]
    return read_statement(statement[1])["original"]


def main():
    if not 3 <= len(sys.argv) <= 5:
        sys.exit(__doc__)
    files = [open(path, "rb").read() for path in (sys.argv[1], *sys.argv[3:])]
    verdict = judge(files[0], {base64.b64decode(sys.argv[2])})
    if verdict == "valid":
        given = [hashlib.sha256(file).hexdigest() for file in files[1:]]
        if given != list(original_of(files[0])[: len(given)]):
            verdict = "begun with another file"
    print(verdict)
    sys.exit({"valid": 0, "unreadable": 2}.get(verdict, 1))


if __name__ == "__main__":
    main()
