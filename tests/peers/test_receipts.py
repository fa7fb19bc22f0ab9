"""Two verifiers, one verdict: ours in C++ and the one in Python that was made from docs/verify.md
judge the same pictures, sound and tampered with in every way that we could think of."""

import base64
import io
import json
import os
import pathlib
import random
import re
import struct
import subprocess
import zlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PIL import Image

import verify_independent as independent

JUDGE = os.environ["GOTONG_RECEIPT_JUDGE"]
ROOT = pathlib.Path(__file__).resolve().parents[2]
END = 12  # Bytes of the IEND chunk.


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("pictures")
    subprocess.run([JUDGE, "make", str(made)], check=True)
    return made


@pytest.fixture(scope="module")
def pool_key(folder):
    return (folder / "pool_key").read_text()


@pytest.fixture(scope="module")
def both(tmp_path_factory, pool_key):
    """Both verifiers' word for each picture; fails where they differ."""

    def judge(pictures):
        made = tmp_path_factory.mktemp("judged")
        paths = [made / f"{i}.png" for i in range(len(pictures))]
        for path, picture in zip(paths, pictures):
            path.write_bytes(picture)
        answer = subprocess.run(
            [JUDGE, "judge", pool_key],
            input="".join(f"{path}\n" for path in paths),
            capture_output=True,
            text=True,
            check=True,
        )
        ours = answer.stdout.split()
        theirs = [independent.judge(one, {base64.b64decode(pool_key)}) for one in pictures]
        assert ours == theirs
        return ours

    return judge


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def receipt_chunk(text):
    return chunk(b"iTXt", independent.KEYWORD + b"\0\0\0\0\0" + text)


def with_receipt(picture, text):
    """The same blob with another receipt's text."""
    blob, _ = independent.split(picture)
    return blob[:-END] + receipt_chunk(text) + blob[-END:]


def mended(picture):
    """Every checksum made right again, as far as the lengths make sense."""
    out, at = bytearray(picture), 8
    while at + 12 <= len(out):
        (size,) = struct.unpack_from(">I", out, at)
        if size > len(out) - at - 12:
            break
        struct.pack_into(">I", out, at + 8 + size, zlib.crc32(out[at + 4 : at + 8 + size]))
        at += size + 12
    return bytes(out)


def flipped(picture, bit):
    out = bytearray(picture)
    out[bit // 8] ^= 1 << (bit % 8)
    return bytes(out)


def test_sound_pictures_are_valid_and_a_strangers_is_not_trusted(folder, both):
    names = ["valid.png", "private.png", "encoded.png", "stranger.png"]
    words = both([(folder / name).read_bytes() for name in names])
    assert words == ["valid", "valid", "valid", "not_trusted"]


def test_the_readmes_picture_is_valid_with_the_key_that_the_documentation_gives():
    path = ROOT / "docs/images/a-red-apple.png"
    picture = path.read_bytes()
    page = (ROOT / "docs/verify.md").read_text()
    key = base64.b64decode(re.search(r"a-red-apple.png --pool-key (\S+)", page)[1])
    assert independent.judge(picture, {key}) == "valid"
    assert independent.judge(picture, set()) == "not_trusted"
    ours = subprocess.run(
        [JUDGE, "judge", base64.b64encode(key).decode()],
        input=f"{path}\n",
        capture_output=True,
        text=True,
        check=True,
    )
    assert ours.stdout.split() == ["valid"]


def test_a_file_without_a_receipt_cannot_be_judged(folder, both):
    blob, _ = independent.split((folder / "valid.png").read_bytes())
    assert set(both([blob, b"", b"\x89PNG\r\n\x1a\n", b"GIF89a"])) == {"unreadable"}


def test_no_flipped_bit_is_accepted_by_the_independent_verifier(folder, pool_key):
    """All of them; ours has the same test in C++."""
    trusted = {base64.b64decode(pool_key)}
    picture = (folder / "valid.png").read_bytes()
    assert independent.judge(picture, trusted) == "valid"
    for bit in range(8 * len(picture)):
        one = flipped(picture, bit)
        assert independent.judge(one, trusted) != "valid", f"bit {bit}"
        put_right = mended(one)
        if put_right != picture:
            assert independent.judge(put_right, trusted) != "valid", f"bit {bit}, mended"


def test_both_say_the_same_of_flipped_bits(folder, both):
    rng = random.Random(7)
    pictures = []
    for name in ("valid.png", "private.png", "encoded.png"):
        picture = (folder / name).read_bytes()
        for bit in rng.sample(range(8 * len(picture)), 150):
            pictures += [flipped(picture, bit), mended(flipped(picture, bit))]
    # Mending brings a picture back when the bit was a checksum's own.
    originals = {(folder / name).read_bytes() for name in ("valid.png", "private.png", "encoded.png")}
    for word, picture in zip(both(pictures), pictures):
        assert (word == "valid") == (picture in originals)


def test_a_receipt_has_one_spelling(folder, both):
    picture = (folder / "valid.png").read_bytes()
    _, text = independent.split(picture)
    value = json.loads(text)
    compact = {"separators": (",", ":")}
    turned = dict(reversed(value.items()))
    more = {**value, "remark": "hello"}
    later = {**value, "gotongReceipt": "2"}
    keyid = value["statement"]["signatures"][0]["keyid"].encode()
    salt = value["promptSalt"].encode()
    spellings = [
        json.dumps(value).encode(),
        json.dumps(turned, **compact).encode(),
        json.dumps(more, **compact).encode(),
        json.dumps(later, **compact).encode(),
        text + b"\n",
        b" " + text,
        text + b"{}",
        text.replace(b'"pool":', b'"p\\u006fol":', 1),
        text.replace(b'"pool":', b'"pool":{},"pool":', 1),
        text.replace(keyid, keyid.upper(), 1),
        text.replace(salt, salt.rstrip(b"="), 1),
        text.replace(b"/", b"_"),
        text[:-1],
        b"{}",
        b"",
        b"[" * 1000,
        text.replace(b'"1"', b"1", 1),
    ]
    assert json.dumps(value, **compact).encode() == text
    changed = [spelled for spelled in spellings if spelled != text]
    assert set(both([with_receipt(picture, spelled) for spelled in changed])) == {"invalid"}


def test_a_receipt_has_one_place(folder, both):
    picture = (folder / "valid.png").read_bytes()
    blob, text = independent.split(picture)
    ours, other = receipt_chunk(text), chunk(b"tEXt", b"comment\0x")
    body, end = blob[:-END], blob[-END:]
    compressed = chunk(b"iTXt", independent.KEYWORD + b"\0\1\0\0\0" + zlib.compress(text))
    latin = chunk(b"tEXt", independent.KEYWORD + b"\0" + text)
    named = chunk(b"iTXt", independent.KEYWORD + b"\0\0\0en\0\0" + text)
    elsewhere = [
        body[:33] + ours + body[33:] + end,
        body + ours + other + end,
        body + ours + ours + end,
        body + latin + ours + end,
        body + compressed + end,
        body + latin + end,
        body + named + end,
    ]
    assert set(both(elsewhere)) == {"invalid"}
    assert set(both([picture + b"\0", body + ours, body + ours + end + end])) == {"unreadable"}


def test_a_receipt_fits_one_picture_only(folder, both):
    one, other = ((folder / name).read_bytes() for name in ("valid.png", "encoded.png"))
    _, text = independent.split(other)
    changed = one[:33] + chunk(b"tEXt", b"comment\0x") + one[33:]
    assert both([with_receipt(one, text), changed]) == ["invalid", "invalid"]


def resigned(picture, change, turn=lambda payload: payload):
    """The receipt with `change` made to its statement, and `turn` to the statement's bytes, signed
    throughout by fresh keys."""
    _, text = independent.split(picture)
    value = json.loads(text)
    worker, pool = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    raw = {key: key.public_key().public_bytes_raw() for key in (worker, pool)}

    def sign(envelope, payload, *keys):
        envelope["payload"] = base64.b64encode(payload).decode()
        message = independent.pae(envelope["payloadType"], payload)
        envelope["signatures"] = [
            {
                "keyid": independent.key_id(raw[key]),
                "sig": base64.b64encode(key.sign(message)).decode(),
            }
            for key in keys
        ]

    word = json.loads(base64.b64decode(value["enrolment"]["payload"]))
    word["workerPublicKey"] = base64.b64encode(raw[worker]).decode()
    enrolment = json.dumps(word).encode()
    sign(value["enrolment"], enrolment, pool)
    statement = json.loads(base64.b64decode(value["statement"]["payload"]))
    statement["predicate"]["worker"] = {
        "keyid": independent.key_id(raw[worker]),
        "certSha256": independent.hashlib.sha256(enrolment).hexdigest(),
    }
    statement["predicate"]["pool"]["keyid"] = independent.key_id(raw[pool])
    change(statement)
    sign(value["statement"], turn(json.dumps(statement).encode()), worker, pool)
    value["pool"]["publicKey"] = base64.b64encode(raw[pool]).decode()
    return with_receipt(picture, json.dumps(value, separators=(",", ":")).encode())


def test_a_picture_signed_again_with_fresh_keys_is_not_trusted(folder, both):
    picture = (folder / "valid.png").read_bytes()

    def leave(statement):
        pass

    def add_fields(statement):
        statement["predicate"]["safety"] = {"verdict": "clean"}

    def more_steps(statement):
        statement["predicate"]["sampling"]["steps"] = 50

    pictures = [resigned(picture, change) for change in (leave, add_fields, more_steps)]
    assert both(pictures) == ["not_trusted"] * 3


def test_what_a_picture_began_with_is_read_alike(folder, both):
    picture = (folder / "valid.png").read_bytes()
    assert independent.original_of(picture) == (None, None)
    original = {"picture": "ab" * 32, "strength": "0.6", "strengthRule": "a1111"}

    def begins_with(**more):
        return lambda statement: statement["predicate"].update(original={**original, **more})

    sound = [resigned(picture, begins_with()), resigned(picture, begins_with(mask="cd" * 32))]
    assert both(sound) == ["not_trusted"] * 2
    assert independent.original_of(sound[0]) == ("ab" * 32, None)
    assert independent.original_of(sound[1]) == ("ab" * 32, "cd" * 32)

    changes = [
        begins_with(picture="AB" * 32),
        begins_with(picture=None),
        begins_with(mask="cd"),
        begins_with(mask=None),
        begins_with(strength=0.6),
        begins_with(strength="1e-1"),
        begins_with(strength="1" + "0" * 400),
        begins_with(strengthRule=1),
        lambda s: s["predicate"].update(original=None),
        lambda s: s["predicate"].update(original={}),
        lambda s: s["predicate"].update(original=[original]),
    ]
    words = both([resigned(picture, change) for change in changes])
    assert words == ["invalid"] * len(changes)


def test_statements_that_break_a_rule_are_invalid_whoever_signed_them(folder, both):
    picture = (folder / "valid.png").read_bytes()
    changes = [
        lambda s: s.update(predicateType="urn:gotong:render:v2"),
        lambda s: s.update(_type="https://in-toto.io/Statement/v0.1"),
        lambda s: s["subject"].append(s["subject"][0]),
        lambda s: s["subject"].clear(),
        lambda s: s["predicate"].pop("job"),
        lambda s: s["predicate"]["job"].update(attempt="1"),
        lambda s: s["predicate"]["job"].update(attempt=-1),
        lambda s: s["predicate"]["job"].update(attempt=True),
        lambda s: s["predicate"]["job"].update(id="abc"),
        lambda s: s["predicate"]["models"].clear(),
        lambda s: s["predicate"]["models"][0].pop("files"),
        lambda s: s["predicate"]["models"][0]["files"].pop(),
        lambda s: s["predicate"]["models"][0]["files"][0].update(path="other.json"),
        lambda s: s["predicate"]["models"][0]["files"][0].update(sha256="0" * 64),
        lambda s: s["predicate"]["models"][0].update(files=97 * s["predicate"]["models"][0]["files"]),
        lambda s: s["predicate"]["sampling"].update(seed=7),
        lambda s: s["predicate"]["sampling"].update(seed="18446744073709551616"),
        lambda s: s["predicate"]["sampling"].update(guidance="1e3"),
        lambda s: s["predicate"]["sampling"].update(guidance="1" + "0" * 400),
        lambda s: s["predicate"]["sampling"].update(guidance="07.5"),
        lambda s: s["predicate"]["sampling"].update(steps=20.0),
        lambda s: s["predicate"]["sampling"].update(steps=2**32),
        lambda s: s["predicate"]["sampling"].update(steps=-0.0),
        lambda s: s["predicate"].update(models=17 * s["predicate"]["models"]),
        lambda s: s["predicate"]["engine"].update(flags=33 * ["x"]),
        lambda s: s["predicate"]["engine"].update(flags=[1]),
        lambda s: s["predicate"]["times"].update(finished="2026-11-23T23:40:03Z"),
        lambda s: s["predicate"]["times"].update(started="2026-02-30T23:40:03.000Z"),
        lambda s: s["predicate"]["times"].update(finished="2031-01-01T00:00:00.000Z"),
        lambda s: s["predicate"]["request"].update(promptDisclosed="another"),
        lambda s: s["predicate"]["request"].pop("promptDisclosed"),
        lambda s: s["predicate"]["pool"].update(name="another"),
        lambda s: s["predicate"]["worker"].update(keyid="a" * 64),
        lambda s: s["predicate"]["trajectory"].update(root="A" * 64),
        lambda s: s["predicate"].update(deep=json.loads("[" * 20 + "]" * 20)),
        lambda s: s["predicate"].update(long="x" * 33000),
    ]
    words = both([resigned(picture, change) for change in changes])
    assert words == ["invalid"] * len(changes)


def test_json_is_read_alike(folder, both):
    """Payloads that are JSON for some readers only; signed all the same."""
    picture = (folder / "valid.png").read_bytes()
    turns = [
        lambda payload: b"\xef\xbb\xbf" + payload,
        lambda payload: payload + b"\0",
        lambda payload: payload + b" x",
        lambda payload: payload.replace(b'"steps": 20', b'"steps": -0'),
        lambda payload: payload.replace(b'"steps": 20', b'"steps": 20, "steps": 20'),
        lambda payload: payload.replace(b'"steps": 20', b'"steps": 20, "more": 1e999'),
        lambda payload: payload.replace(b'"steps": 20', b'"steps": 20, "more": NaN'),
        lambda payload: payload.replace(b'"steps": 20', b'"steps": 20, "more": "\\ud800"'),
        lambda payload: payload.replace(b'"steps": 20', b'"steps": 20, "more": "\xff"'),
        lambda payload: payload.replace(b'"steps": 20', b'"steps": 20, "more": "\n"'),
        lambda payload: payload.replace(b'"steps": 20', b'"steps": 020'),
    ]
    pictures = [resigned(picture, lambda s: None, turn) for turn in turns]
    assert both(pictures) == ["invalid"] * len(turns)
    harmless = [
        lambda payload: b" \t\r\n" + payload + b"\n",
        lambda payload: payload.replace(b'"steps": 20', b'"steps": 20, "more": [-1, 2.5e3, null]'),
        lambda payload: payload.replace(b'"steps"', b'"\\u0073teps"'),
    ]
    pictures = [resigned(picture, lambda s: None, turn) for turn in harmless]
    assert both(pictures) == ["not_trusted"] * len(harmless)


def test_the_workers_picture_is_what_another_program_reads(folder):
    image = Image.open(io.BytesIO((folder / "encoded.png").read_bytes()))
    image.load()
    assert image.size == (64, 48)
    pixels = image.convert("RGB").load()
    for x, y in ((0, 0), (63, 0), (0, 47), (63, 47), (20, 30)):
        assert pixels[x, y] == (4 * x, 5 * y, x + y)
    assert image.text["parameters"].startswith('a "red" apple\n\N{RED APPLE}\nSteps: ')
    assert "trainedAlgorithmicMedia" in image.text["XML:com.adobe.xmp"]
    assert json.loads(image.text["gotong:receipt"])["gotongReceipt"] == "1"


def test_the_tiny_sample_is_a_picture_too(folder):
    image = Image.open(folder / "valid.png").convert("RGB")
    assert list(image.getdata()) == [(255, 0, 0), (0, 255, 0), (0, 0, 255), (9, 8, 7)]
