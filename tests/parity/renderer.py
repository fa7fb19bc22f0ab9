"""How the parity tests reach the program under test: gotong-renderer, run as a user would."""

import os
import subprocess
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file

DEMO_MODEL = Path(__file__).resolve().parents[2] / "models" / "emoji"
RENDERER = os.environ["GOTONG_RENDERER"]


def try_render(model, folder, latents=None, extra=None, **options):
    """Renders into `folder`; the finished process. Options are the command line's, with `from_` for `from`."""
    arguments = [RENDERER, "render", "--model", str(model), "--dump", str(folder),
                 "--out", str(folder / "picture.png"), "--device", "cpu"]
    if latents is not None:
        folder.mkdir(parents=True, exist_ok=True)
        given = {"latents": latents} | ({} if extra is None else {"extra": extra})
        save_file({name: np.ascontiguousarray(each, dtype=np.float32) for name, each in given.items()},
                  folder / "start.safetensors")
        arguments += ["--latents-in", str(folder / "start.safetensors")]
    for name, value in ({"precision": "fp32"} | options).items():
        arguments += ["--" + name.rstrip("_").replace("_", "-"), str(value)]
    return subprocess.run(arguments, capture_output=True, text=True)


def render(model, folder, latents=None, extra=None, **options):
    """The same, of a picture that comes out; the dump's tensors."""
    done = try_render(model, folder, latents, extra, **options)
    assert done.returncode == 0, done.stderr
    return load_file(folder / "dump.safetensors")
