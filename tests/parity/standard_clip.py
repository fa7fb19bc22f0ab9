"""CLIP's standard tokenizer as folders in the ways Stable Diffusion is published with, from the merges that the engine embeds.

The vocabulary follows from the merges by the rule that CLIP's own code has: visible bytes, the other bytes, the same at a
word's end, one token a merge, begin and end.
"""

import json
from pathlib import Path

MERGES = Path(__file__).resolve().parents[2] / "worker" / "engine" / "text" / "clip_merges.txt"
BOS, EOS = "<|startoftext|>", "<|endoftext|>"


def vocabulary(merges):
    visible = [*range(ord("!"), ord("~") + 1), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    hidden = [byte for byte in range(256) if byte not in visible]
    spellings = [chr(byte) for byte in visible] + [chr(256 + i) for i in range(len(hidden))]
    tokens = spellings + [spelling + "</w>" for spelling in spellings] + [merge.replace(" ", "") for merge in merges] + [BOS, EOS]
    ids = {token: i for i, token in enumerate(tokens)}
    assert len(ids) == len(tokens) == 49408
    return ids


def write_tokenizer(folder, pad):
    """As Stable Diffusion 1.5 ships it with EOS, 2.1 and XL's second with "!"."""
    merges = MERGES.read_text(encoding="utf-8").splitlines()
    assert len(merges) == 48894
    folder.mkdir(parents=True)
    (folder / "vocab.json").write_text(json.dumps(vocabulary(merges)))
    (folder / "merges.txt").write_text("#version: 0.2\n" + "\n".join(merges) + "\n", encoding="utf-8")

    def flagged(content):
        return {"content": content, "lstrip": False, "normalized": True, "rstrip": False, "single_word": False}

    roles = {"bos_token": flagged(BOS), "eos_token": flagged(EOS), "unk_token": flagged(EOS)}
    config = {role: token | {"__type": "AddedToken"} for role, token in roles.items()}
    (folder / "tokenizer_config.json").write_text(json.dumps(
        config | {"pad_token": EOS, "model_max_length": 77, "do_lower_case": True, "tokenizer_class": "CLIPTokenizer"}))
    (folder / "special_tokens_map.json").write_text(json.dumps(roles | {"pad_token": pad}))
    return folder
