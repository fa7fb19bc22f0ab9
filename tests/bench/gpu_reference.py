"""Models and what diffusers makes of them in fp32 on the CPU, to travel to a machine with a GPU.

    python tests/bench/gpu_reference.py FOLDER

Writes FOLDER/<name>/model, start.safetensors and reference.safetensors; gpu_bench.py compares with them.
"""

import os
import shutil
import sys
from pathlib import Path

import torch
from diffusers import EulerDiscreteScheduler, StableDiffusionPipeline
from safetensors.torch import save_file

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "parity"))
os.environ.setdefault("GOTONG_RENDERER", "")  # Nobody runs it here.
import tiny_models  # noqa: E402

PROMPT = "a red apple on a blue background, with sunglasses"
NEGATIVE = "green"
STEPS = 10
GUIDANCE = 7.5


def reference(model, folder, side):
    pipeline = StableDiffusionPipeline.from_pretrained(model, torch_dtype=torch.float32, safety_checker=None)
    pipeline.set_progress_bar_config(disable=True)
    pipeline.scheduler = EulerDiscreteScheduler.from_config(pipeline.scheduler.config)
    pipeline.scheduler.set_timesteps(STEPS)
    torch.manual_seed(1)
    cells = side // pipeline.vae_scale_factor
    noise = torch.randn(1, 4, cells, cells)
    kept = {}

    def keep(pipe, step, timestep, tensors):
        kept[f"latents_{step + 1}"] = tensors["latents"].clone().contiguous()
        return tensors

    image = pipeline(PROMPT, negative_prompt=NEGATIVE, latents=noise.clone(), num_inference_steps=STEPS,
                     guidance_scale=GUIDANCE, height=side, width=side, callback_on_step_end=keep,
                     output_type="pt").images
    save_file({"latents": noise * pipeline.scheduler.init_noise_sigma}, folder / "start.safetensors")
    save_file(kept | {"image": image.contiguous()}, folder / "reference.safetensors")


def main():
    out = Path(sys.argv[1])
    for name, side in [("demo", 128), ("sd1", 64), ("sd2", 64)]:
        folder = out / name
        folder.mkdir(parents=True, exist_ok=True)
        if name == "demo":
            shutil.copytree(ROOT / "models" / "emoji", folder / "model", dirs_exist_ok=True)
        else:
            tiny_models.make(name, "new", folder / "model")
        with torch.no_grad():
            reference(folder / "model", folder, side)
        print(folder)


if __name__ == "__main__":
    main()
