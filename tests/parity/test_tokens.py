"""`gotong-renderer tokens` against transformers' CLIPTokenizer: the same ids for any text.

Texts are made to meet what tokenizers differ on: every script, composed and decomposed letters,
combining marks in all orders, emoji sequences, white space of every kind, contractions, digits,
controls, special tokens in several spellings, and code points drawn from all of Unicode.
"""

import json
import random
import shutil
import subprocess
import unicodedata

import pytest
from transformers import CLIPTokenizer

import ldm_writer
import standard_clip
import test_single_files
from renderer import DEMO_MODEL, RENDERER

SPACES = "\t\v\f\r \x1c\x1f\x85\xa0\u1680\u2000\u2003\u200a\u200b\u2028\u2029\u202f\u205f\u3000\ufeff"
SPECIALS = ["<|startoftext|>", "<|endoftext|>", "<|ENDOFTEXT|>", "<|StartOfText|>", "<|endoftext|",
            "<|endoftext|><|startoftext|>", "<|", "|>"]
HAND_WRITTEN = [
    "", " ", "a red apple", "A Red APPLE", "rocket on a blue background", "don't can't I'm we'll they've he'd you're",
    "'s't're've'm'll'd", "'S 'RE \u2019s \u2019re", "!'s ?'t ...'re", "it''s 's's", "1234567890 3.14 1,000 \u00bd \u2167 \u0663",
    "(a:1.3), [b], {c} <lora:x:0.5>", "a_b-c/d\\e@f#g$h%i^j&k*l", "caf\u00e9 cafe\u0301", "\u0130stanbul I\u0307 \u0131",
    "\u03a3\u0391\u03a3 \u03c3\u03c2 \u1e9e \u00df \ufb01 \u01c5", "\u1100\u1161\u11a8 \uac01 \ud55c\uad6d\uc5b4", "\u0e01\u0e33\u0e44\u0e17\u0e22",
    "\u4e00\u4e8c\u4e09 \u65e5\u672c\u8a9e \u304b\u3099\u3071", "\u0627\u0644\u0639\u0631\u0628\u064a\u0629 \u05e2\u05d1\u05e8\u05d9\u05ea",
    "\u0939\u093f\u0928\u094d\u0926\u0940 \u0958", "\U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f3f3\ufe0f\u200d\U0001f308 \U0001f44d\U0001f3fd",
    "\U0001d4d0\U0001d7d8 \u212b \u2126 \ufa0c", "\x00 a\x00b \x01\x7f\x80", "a" * 300, "ab" * 200, "!" * 200, "12" * 60,
    "the quick brown fox " * 40, "q\u0323\u0307 q\u0307\u0323", "\u1e0a\u0323 \u0071\u0307\u0323", "\u11935\u11930", "\U00011935\U00011930 \U00011938",
    "e\u0301\u0345\u031b\u0327", "\u0344 \u0340 \u0f73 \u2adc", "\u02bc n\u02bcs", "x\u00adx x\u2060x", "\ufdfa \u3300 \u1fbf",
]


def random_texts(count, seed):
    draw = random.Random(seed)
    everything = [c for c in range(1, 0x110000) if not 0xD800 <= c < 0xE000 and c != 0x0A]
    marks = [c for c in everything if unicodedata.combining(chr(c))]
    words = "a red apple fox rocket on blue background don't 's 12 ! ... ".split(" ")

    def piece():
        kind = draw.randrange(8)
        if kind == 0:
            return chr(draw.choice(everything))
        if kind == 1:
            return chr(draw.randrange(0x20, 0x250))
        if kind == 2:
            return draw.choice("aeiouAnNsS\u0915\u05d0") + "".join(chr(draw.choice(marks)) for _ in range(draw.randrange(1, 5)))
        if kind == 3:
            return draw.choice(SPACES) * draw.randrange(1, 3)
        if kind == 4:
            return draw.choice(SPECIALS)
        if kind == 5:
            return draw.choice(["'s", "'t", "'re", "'LL", "'", "''", "9", "07", "!?"])
        return draw.choice(words) + draw.choice(["", " "])

    return ["".join(piece() for _ in range(draw.randrange(1, 25))) for _ in range(count)]


def every_code_point():
    """Each once, between letters, and after a letter with a mark on either side of it."""
    points = [c for c in range(1, 0x110000) if not 0xD800 <= c < 0xE000 and c != 0x0A]
    for at in range(0, len(points), 64):
        chars = [chr(c) for c in points[at : at + 64]]
        yield "a".join(chars)
        yield " ".join("e" + c + "\u0323" + c + "\u0301" for c in chars)


def our_ids(model, texts, *options):
    done = subprocess.run([RENDERER, "tokens", "--model", str(model), *options], capture_output=True,
                          input="".join(t + "\n" for t in texts).encode())
    assert done.returncode == 0, done.stderr.decode()
    lines = done.stdout.decode().splitlines()
    assert len(lines) == len(texts)
    return [json.loads(line) for line in lines]


def assert_same(model, texts):
    reference = CLIPTokenizer.from_pretrained(model / "tokenizer")
    expected = reference(texts).input_ids
    for text, ours, theirs in zip(texts, our_ids(model, texts), expected):
        assert ours == theirs, f"{text!r} ({' '.join(hex(ord(c)) for c in text[:40])})"
    padded = reference(texts, padding="max_length", truncation=True, max_length=reference.model_max_length)
    assert our_ids(model, texts, "--pad") == padded.input_ids


ADDED = {"lstrip": False, "rstrip": False, "single_word": False}
BOS, EOS = "<|startoftext|>", "<|endoftext|>"


def flagged(content, normalized=True, **more):
    return {"content": content, "normalized": normalized, **ADDED, **more}


def write_layout(folder, config=None, special_map=None, added=None):
    """The demo model's vocabulary and merges with other special-token files."""
    tokenizer = folder / "tokenizer"
    tokenizer.mkdir(parents=True)
    for name in ("vocab.json", "merges.txt"):
        shutil.copy(DEMO_MODEL / "tokenizer" / name, tokenizer)
    (tokenizer / "tokenizer_config.json").write_text(json.dumps({"model_max_length": 77, **(config or {})}))
    if special_map is not None:
        (tokenizer / "special_tokens_map.json").write_text(json.dumps(special_map))
    if added is not None:
        (tokenizer / "added_tokens.json").write_text(json.dumps(added))
    return folder


# As Stable Diffusion 1.5 and 2.1 ship them, and as later versions of transformers wrote them.
OLD_CONFIG = {role: flagged(token, __type="AddedToken") for role, token in
              (("bos_token", BOS), ("eos_token", EOS), ("unk_token", EOS))}
OLD_MAP = {"bos_token": flagged(BOS), "eos_token": flagged(EOS), "unk_token": flagged(EOS)}
DECODER = {"2046": flagged(BOS, special=True), "2047": flagged(EOS, special=True)}
LAYOUTS = {
    "sd15": (OLD_CONFIG | {"pad_token": EOS}, OLD_MAP | {"pad_token": EOS}, None),
    "sd2": (OLD_CONFIG | {"pad_token": EOS}, OLD_MAP | {"pad_token": "!"}, None),
    "strings": ({"bos_token": BOS, "eos_token": EOS, "unk_token": EOS, "pad_token": EOS}, None, None),
    "defaults": (None, None, None),
    "decoder": (OLD_CONFIG | {"pad_token": EOS, "added_tokens_decoder": DECODER}, OLD_MAP, None),
    "decoder, other pad": ({"bos_token": BOS, "eos_token": EOS, "unk_token": EOS, "pad_token": "!",
                            "added_tokens_decoder": DECODER | {"0": flagged("!", False, special=True)}}, None, None),
    "new tokens": (OLD_CONFIG | {"pad_token": EOS}, OLD_MAP | {"pad_token": EOS}, {"<Cat>": 2048, "<cat> face": 2049}),
}


@pytest.fixture(params=["vocab.json", "tokenizer.json"])
def demo(request, tmp_path):
    if request.param == "vocab.json":
        return DEMO_MODEL
    CLIPTokenizer.from_pretrained(DEMO_MODEL / "tokenizer").save_pretrained(tmp_path / "tokenizer")
    assert not (tmp_path / "tokenizer" / "vocab.json").exists()
    return tmp_path


def test_hand_written_texts(demo):
    assert_same(demo, HAND_WRITTEN + SPECIALS + list(SPACES.replace("\n", "")))


def test_random_texts(demo):
    assert_same(demo, random_texts(4000, seed=1))


def test_every_code_point():
    assert_same(DEMO_MODEL, list(every_code_point()))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_special_token_layouts(layout, tmp_path):
    model = write_layout(tmp_path / "files", *LAYOUTS[layout])
    texts = HAND_WRITTEN + SPECIALS + ["a <cat> face <CAT>! <cat>", "x!y ! !!"] + random_texts(500, seed=2)
    assert_same(model, texts)
    CLIPTokenizer.from_pretrained(model / "tokenizer").save_pretrained(tmp_path / "saved" / "tokenizer")
    assert_same(tmp_path / "saved", texts)


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    """A single-file SDXL: its first tokenizer pads with the end, its second with "!"."""
    file = tmp_path_factory.mktemp("checkpoint") / "tiny.safetensors"
    ldm_writer.write(file, "sdxl", test_single_files.parts_of(test_single_files.SDXL))
    return file


@pytest.mark.parametrize("which, pad", [("tokenizer", standard_clip.EOS), ("tokenizer_2", "!")])
def test_a_checkpoint_has_the_standard_tokenizer(checkpoint, which, pad, tmp_path):
    reference = CLIPTokenizer.from_pretrained(standard_clip.write_tokenizer(tmp_path / "published", pad))
    texts = HAND_WRITTEN + SPECIALS + ["x!y ! !!"] + random_texts(3000, seed=3) + [
        "masterpiece, 8k, trending on artstation", "Lorem ipsum dolor sit amet", "#hashtag @mention https://example.org/?q=1"]
    option = ("--tokenizer", which)
    for text, ours, theirs in zip(texts, our_ids(checkpoint, texts, *option), reference(texts).input_ids):
        assert ours == theirs, f"{text!r} ({' '.join(hex(ord(c)) for c in text[:40])})"
    padded = reference(texts, padding="max_length", truncation=True, max_length=77).input_ids
    assert our_ids(checkpoint, texts, "--pad", *option) == padded


def test_unknown_characters(tmp_path):
    """A vocabulary that lacks most bytes: each of them is the unknown token."""
    tokenizer = tmp_path / "tokenizer"
    tokenizer.mkdir()
    vocabulary = ["l", "o", "w", "e", "r", "l</w>", "w</w>", "r</w>", "lo", "er</w>", "<unk>", BOS, EOS]
    (tokenizer / "vocab.json").write_text(json.dumps({token: i for i, token in enumerate(vocabulary)}))
    (tokenizer / "merges.txt").write_text("#version: 0.2\nl o\ne r</w>\n")
    (tokenizer / "tokenizer_config.json").write_text(json.dumps({"model_max_length": 12, "unk_token": "<unk>", "pad_token": EOS}))
    assert_same(tmp_path, ["lower lower", "newer", "low \u00e9 12", "", "wwwww", "<unk> x"])


def test_text_that_is_no_utf8_is_refused():
    for broken in (b"a\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\xe2\x82"):
        done = subprocess.run([RENDERER, "tokens", "--model", str(DEMO_MODEL)], input=b"fine\n" + broken + b"\n",
                              capture_output=True)
        assert done.returncode == 2
        assert "line 2" in done.stderr.decode() and "UTF-8" in done.stderr.decode()

