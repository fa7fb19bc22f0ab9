"""The engine on a GPU: equal to what diffusers made on a CPU, and how fast beside PyTorch on the same card.

    python tests/bench/gpu_bench.py JOB_BENCH --references FOLDER [--family sd15 --family sdxl] [--compile]

FOLDER is gpu_reference.py's. A family is a random model of the exact architecture, made here by diffusers; its
UNet is timed in diffusers eager and with torch.compile (reduce-overhead: CUDA graphs; channels-last, fused projections), then whole jobs of ours:
same weights, same half precision, same card, one after the other, medians. Prints one line a figure.
"""

import argparse
import json
import statistics
import subprocess
import time
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import load_file

STEPS = {"sd15": 20, "sdxl": 30}
SIDE = {"sd15": 512, "sdxl": 1024}
CLIP_L = dict(vocab_size=49408, hidden_size=768, intermediate_size=3072, num_hidden_layers=12, num_attention_heads=12,
              max_position_embeddings=77, hidden_act="quick_gelu", projection_dim=768, bos_token_id=49406,
              eos_token_id=49407, pad_token_id=1)
CLIP_G = CLIP_L | dict(hidden_size=1280, intermediate_size=5120, num_hidden_layers=32, num_attention_heads=20,
                       hidden_act="gelu", projection_dim=1280)
UNET = {
    "sd15": dict(sample_size=64, cross_attention_dim=768, attention_head_dim=8),
    "sdxl": dict(sample_size=128, cross_attention_dim=2048, attention_head_dim=(5, 10, 20),
                 block_out_channels=(320, 640, 1280), transformer_layers_per_block=(1, 2, 10),
                 down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
                 up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
                 use_linear_projection=True, addition_embed_type="text_time", addition_time_embed_dim=256,
                 projection_class_embeddings_input_dim=2816),
}
SCALING = {"sd15": 0.18215, "sdxl": 0.13025}


def run(program, model, **options):
    """The JSON lines of one job_bench run, parsed."""
    arguments = [program, str(model)] + [f"{name}={value}" for name, value in options.items()]
    done = subprocess.run(arguments, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip()[-500:])
    return [json.loads(line) for line in done.stdout.splitlines()]


def compare(program, folder, precision):
    out = folder / precision
    out.mkdir(exist_ok=True)
    side = load_file(folder / "reference.safetensors")["image"].shape[-1]
    run(program, folder / "model", precision=precision, side=side, steps=10, guidance=7.5, rounds=1,
        latents=folder / "start.safetensors", dump=out)
    ours, reference = load_file(out / "dump.safetensors"), load_file(folder / "reference.safetensors")
    last = "latents_10"
    a, b = ours[last].ravel().astype(np.float64), reference[last].ravel().astype(np.float64)
    error = np.mean((ours["image"].astype(np.float64) - reference["image"]) ** 2)
    print(f"parity {folder.name:5} {precision}: latents differ by {np.abs(a - b).max():.2e}, cosine "
          f"{a @ b / np.linalg.norm(a) / np.linalg.norm(b):.6f}, picture PSNR {-10 * np.log10(error + 1e-20):.1f} dB",
          flush=True)


def make(family, folder, tokenizer):
    """A random model as a diffusers folder, fp16, its denoiser still on the card."""
    from diffusers import AutoencoderKL, DDIMScheduler, UNet2DConditionModel
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection
    torch.manual_seed(0)
    xl = family == "sdxl"
    with torch.device("cuda"):
        torch.set_default_dtype(torch.float16)
        parts = {"text_encoder": CLIPTextModel(CLIPTextConfig(**CLIP_L)), "unet": UNet2DConditionModel(**UNET[family]),
                 "vae": AutoencoderKL(block_out_channels=(128, 256, 512, 512), layers_per_block=2,
                                      down_block_types=("DownEncoderBlock2D",) * 4,
                                      up_block_types=("UpDecoderBlock2D",) * 4, scaling_factor=SCALING[family],
                                      sample_size=SIDE[family])}
        if xl:
            parts["text_encoder_2"] = CLIPTextModelWithProjection(CLIPTextConfig(**CLIP_G))
        torch.set_default_dtype(torch.float32)
    for name, part in parts.items():
        part.save_pretrained(folder / name)
    DDIMScheduler(beta_schedule="scaled_linear", beta_start=0.00085, beta_end=0.012, clip_sample=False,
                  set_alpha_to_one=False, steps_offset=1).save_pretrained(folder / "scheduler")
    index = {"_class_name": "StableDiffusionXLPipeline" if xl else "StableDiffusionPipeline",
             "scheduler": ["diffusers", "DDIMScheduler"], "unet": ["diffusers", "UNet2DConditionModel"],
             "vae": ["diffusers", "AutoencoderKL"], "text_encoder": ["transformers", "CLIPTextModel"],
             "tokenizer": ["transformers", "CLIPTokenizer"]}
    if xl:
        index |= {"text_encoder_2": ["transformers", "CLIPTextModelWithProjection"],
                  "tokenizer_2": ["transformers", "CLIPTokenizer"], "force_zeros_for_empty_prompt": True}
    (folder / "model_index.json").write_text(json.dumps(index))
    for name in ["tokenizer", "tokenizer_2"] if xl else ["tokenizer"]:
        subprocess.run(["cp", "-r", str(tokenizer), str(folder / name)], check=True)
    return parts["unet"].eval()


def step_inputs(family, rows):
    cells = SIDE[family] // 8
    given = {"encoder_hidden_states": torch.randn(rows, 77, UNET[family]["cross_attention_dim"], device="cuda",
                                                  dtype=torch.float16)}
    if family == "sdxl":
        given["added_cond_kwargs"] = {"text_embeds": torch.randn(rows, 1280, device="cuda", dtype=torch.float16),
                                      "time_ids": torch.full((rows, 6), 1024.0, device="cuda", dtype=torch.float16)}
    latent = torch.randn(rows, 4, cells, cells, device="cuda", dtype=torch.float16)
    return latent.to(memory_format=torch.channels_last), torch.tensor(500.0, device="cuda"), given


def time_unet(unet, family, rows):
    latent, timestep, given = step_inputs(family, rows)
    times = []
    with torch.inference_mode():
        for i in range(25):
            torch.cuda.synchronize()
            begin = time.perf_counter()
            unet(latent, timestep, **given, return_dict=False)
            torch.cuda.synchronize()
            times.append((time.perf_counter() - begin) * 1e3)
    return statistics.median(times[5:])


def rivals(unet, family, compiles):
    unet.to(memory_format=torch.channels_last)
    print(f"{family} diffusers eager, guided step: {time_unet(unet, family, 2):.2f} ms", flush=True)
    if not compiles:
        return
    begin = time.perf_counter()
    unet.fuse_qkv_projections()
    compiled = torch.compile(unet, mode="reduce-overhead")
    measured = time_unet(compiled, family, 2)
    print(f"{family} torch.compile, guided step: {measured:.2f} ms (compiled in {time.perf_counter() - begin:.0f} s)",
          flush=True)


def ours(program, family, folder, precision, count=1):
    steps = STEPS[family]
    lines = run(program, folder, precision=precision, side=SIDE[family], steps=steps, count=count,
                rounds=4 if count == 1 else 3)
    rounds = lines[2:]
    median = {key: statistics.median(r[key] for r in rounds) for key in rounds[0]}
    print(f"{family} ours {precision} x{count}: load {lines[0]['load_ms']:.0f} ms, first {lines[1]['total_ms']:.0f} ms; "
          f"job {median['total_ms']:.1f} ms = text {median['text_ms']:.1f} + {steps} steps of "
          f"{median['denoise_ms'] / steps:.2f} + decode {median['decode_ms']:.1f}; "
          f"{count * 1e3 / median['total_ms']:.2f} pictures/s", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("program")
    parser.add_argument("--references", type=Path, required=True)
    parser.add_argument("--family", action="append", default=[], choices=STEPS)
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--models", type=Path, default=Path("/tmp/gpu_models"))
    options = parser.parse_args()
    print(torch.cuda.get_device_name(), "PyTorch", torch.__version__, flush=True)
    for folder in sorted(options.references.iterdir()):
        for precision in ["fp32", "fp16", "bf16"]:
            attempted(compare, options.program, folder, precision)
    for family in options.family:
        folder = options.models / family
        unet = make(family, folder, options.references / "demo" / "model" / "tokenizer")
        attempted(rivals, unet, family, options.compile)
        del unet
        torch.cuda.empty_cache()
        for precision, count in [("fp16", 1), ("bf16", 1), ("fp16", 4)]:
            attempted(ours, options.program, family, folder, precision, count)


def attempted(what, *arguments):
    """One failure must not cost the rest of a lease."""
    try:
        what(*arguments)
    except Exception as error:  # noqa: BLE001
        print(f"FAILED {what.__name__} {arguments[1:]}: {str(error)[-400:]}", flush=True)


if __name__ == "__main__":
    main()
