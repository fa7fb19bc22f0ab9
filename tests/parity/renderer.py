"""How the parity tests reach the program under test: gotong-renderer, run as a user would."""

import os
import subprocess
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file

DEMO_MODEL = Path(__file__).resolve().parents[2] / "models" / "emoji"
RENDERER = os.environ["GOTONG_RENDERER"]


def render(model, folder, latents=None, **options):
    """Renders into `folder` and returns the dump's tensors. Options are the command line's."""
    arguments = [RENDERER, "render", "--model", str(model), "--dump", str(folder),
                 "--out", str(folder / "picture.png"), "--device", "cpu", "--precision", "fp32"]
    if latents is not None:
        folder.mkdir(parents=True, exist_ok=True)
        save_file({"latents": np.ascontiguousarray(latents, dtype=np.float32)}, folder / "start.safetensors")
        arguments += ["--latents-in", str(folder / "start.safetensors")]
    for name, value in options.items():
        arguments += [f"--{name}", str(value)]
    done = subprocess.run(arguments, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return load_file(folder / "dump.safetensors")
