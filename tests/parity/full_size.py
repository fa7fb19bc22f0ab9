"""On demand: one step of a random model of published size, in the engine and in diffusers.

    GOTONG_RENDERER=build/release/bin/gotong-renderer python full_size.py sd15|sd21|sdxl [--size 64] [--precision fp32]

Writes the model as fp16 safetensors below the temporary folder (2 to 7 GB), runs both one after the other, compares them
part by part and removes the folder. Needs as much memory as the model takes in that precision: with fp32 about 5 GB for
sd15 and sd21 and 14 GB for sdxl, half of it with bf16. fp32 is held to 1e-4 of the reference's largest value (these nets are
deeper than those of the other tests), the half types to a cosine of 0.995.
"""

import argparse
import json
import shutil
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL, EulerDiscreteScheduler, UNet2DConditionModel
from safetensors import safe_open
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

import tiny_models
from reference import loaded
from renderer import DEMO_MODEL, render

CLIP_L = {"hidden_size": 768, "intermediate_size": 3072, "num_hidden_layers": 12, "num_attention_heads": 12}
VAE = {"block_out_channels": (128, 256, 512, 512), "layers_per_block": 2, "sample_size": 512, "scaling_factor": 0.18215}
SIZES = {
    "sd15": {"text": [CLIP_L], "unet": {"sample_size": 64, "cross_attention_dim": 768}, "vae": VAE},
    "sd21": {"text": [{"hidden_size": 1024, "intermediate_size": 4096, "num_hidden_layers": 23, "num_attention_heads": 16,
                       "hidden_act": "gelu", "projection_dim": 512}],
             "unet": {"sample_size": 96, "cross_attention_dim": 1024, "attention_head_dim": (5, 10, 20, 20),
                      "use_linear_projection": True, "upcast_attention": True}, "vae": VAE | {"sample_size": 768}},
    "sdxl": {"text": [CLIP_L, {"hidden_size": 1280, "intermediate_size": 5120, "num_hidden_layers": 32,
                               "num_attention_heads": 20, "hidden_act": "gelu", "projection_dim": 1280}],
             "unet": {"sample_size": 128, "block_out_channels": (320, 640, 1280), "cross_attention_dim": 2048,
                      "attention_head_dim": (5, 10, 20), "use_linear_projection": True,
                      "transformer_layers_per_block": (1, 2, 10), "addition_embed_type": "text_time",
                      "addition_time_embed_dim": 256, "projection_class_embeddings_input_dim": 2816,
                      "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
                      "up_block_types": ("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D")},
             "vae": VAE | {"sample_size": 1024, "scaling_factor": 0.13025, "force_upcast": True}},
}
TYPES = {"fp32": torch.float32, "fp16": torch.float16, "bf16": torch.bfloat16}
PROMPT = "a red apple"


def on_meta(build):
    """Shapes without memory: a module of this size is never held twice."""
    with torch.device("meta"):
        return build()


def write_weights(module, path):
    """fp16 slices of one block of noise, tensor by tensor: drawing billions of numbers would take minutes."""
    noise, header, offset = torch.randn(1 << 21), {}, 0
    tensors = module.state_dict()
    for name, tensor in tensors.items():
        header[name] = {"dtype": "F16", "shape": list(tensor.shape), "data_offsets": [offset, offset + 2 * tensor.numel()]}
        offset += 2 * tensor.numel()
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        blocks = {}
        for i, (name, tensor) in enumerate(tensors.items()):
            vector, left = tensor.ndim < 2, tensor.numel()
            scale = 0.1 if vector else (left / tensor.shape[0]) ** -0.5
            key = scale, float(vector and name.endswith("weight"))
            if key not in blocks:
                blocks[key] = (noise * key[0] + key[1]).half().numpy()
            start = 7919 * i % noise.numel()
            while left > 0:
                part = blocks[key][start : start + left]
                file.write(part.data)
                left, start = left - part.size, (start + 104729) % noise.numel() if left > part.size else 0


def write_part(module, folder, stem):
    folder.mkdir(parents=True)
    module.save_config(folder) if hasattr(module, "save_config") else module.config.save_pretrained(folder)
    write_weights(module, folder / f"{stem}.safetensors")


def read_unet(folder, options, dtype):
    unet = on_meta(lambda: UNet2DConditionModel(**options))
    with safe_open(folder / "diffusion_pytorch_model.safetensors", "pt") as file:
        unet.load_state_dict({name: file.get_tensor(name).to(dtype) for name in file.keys()}, assign=True)
    return unet.eval()


def write_model(kind, folder):
    is_xl = len(kind["text"]) == 2
    index = {"_class_name": "StableDiffusionXLPipeline" if is_xl else "StableDiffusionPipeline",
             "unet": ["diffusers", "UNet2DConditionModel"], "vae": ["diffusers", "AutoencoderKL"],
             "scheduler": ["diffusers", "EulerDiscreteScheduler"]}
    for i, options in enumerate(kind["text"]):
        suffix, cls = ("", CLIPTextModel) if i == 0 else ("_2", CLIPTextModelWithProjection)
        # The demo's tokenizer knows fewer words than the encoder, which is as large as published.
        config = CLIPTextConfig(vocab_size=49408, max_position_embeddings=77, eos_token_id=tiny_models.VOCABULARY - 1, **options)
        write_part(on_meta(lambda: cls(config)), folder / f"text_encoder{suffix}", "model")
        shutil.copytree(DEMO_MODEL / "tokenizer", folder / f"tokenizer{suffix}")
        index |= {f"text_encoder{suffix}": ["transformers", cls.__name__], f"tokenizer{suffix}": ["transformers", "CLIPTokenizer"]}
    stem = "diffusion_pytorch_model"
    write_part(on_meta(lambda: UNet2DConditionModel(**kind["unet"])), folder / "unet", stem)
    write_part(on_meta(lambda: tiny_models.autoencoder(**kind["vae"])), folder / "vae", stem)
    EulerDiscreteScheduler(**tiny_models.BETAS).save_pretrained(folder / "scheduler")
    (folder / "model_index.json").write_text(json.dumps(index))


def compare(name, ours, reference, precision):
    ours, reference = ours.astype(np.float64).ravel(), reference.double().numpy().ravel()
    relative = np.abs(ours - reference).max() / np.abs(reference).max()
    cosine = ours @ reference / np.linalg.norm(ours) / np.linalg.norm(reference)
    print(f"{name}: largest difference {relative:.1e} of the largest value, cosine {cosine:.6f}", flush=True)
    assert relative <= 1e-4 if precision == "fp32" else cosine >= 0.995, name


def check(name, folder, size, precision):
    kind, cells = SIZES[name], size // 8
    write_model(kind, folder / "model")
    weights = sum(file.stat().st_size for file in (folder / "model").rglob("*.safetensors"))
    print(f"{name}: {weights / 1e9:.2f} GB of weights", flush=True)
    torch.manual_seed(1)
    start, began = torch.randn(1, 4, cells, cells), time.time()
    ours = render(folder / "model", folder, start.numpy(), prompt=PROMPT, steps=1, guidance=1, sampler="euler",
                  schedule="normal", size=f"{size}x{size}", precision=precision)
    print(f"the engine loaded it and painted one step in {time.time() - began:.0f} s", flush=True)

    dtype, embeds, pooled = TYPES[precision], [], None
    for i, cls in enumerate([CLIPTextModel, CLIPTextModelWithProjection][: len(kind["text"])]):
        encoder = cls.from_pretrained(folder / "model" / ("text_encoder" + ("_2" if i else "")), torch_dtype=dtype).eval()
        output = encoder(torch.from_numpy(ours["prompt_ids_2" if i else "prompt_ids"]), output_hidden_states=True)
        embeds.append(output.hidden_states[-2] if len(kind["text"]) == 2 else output.last_hidden_state)
        pooled = output.text_embeds if i else None
        del encoder, output
    embeds = torch.cat(embeds, dim=-1)
    compare("text", ours["prompt_embeds"], embeds, precision)
    told = {}
    if pooled is not None:
        compare("the whole text", ours["prompt_pooled"], pooled, precision)
        told = {"added_cond_kwargs": {"text_embeds": pooled, "time_ids": torch.tensor([[size, size, 0, 0, size, size]])}}
    scheduler = EulerDiscreteScheduler.from_pretrained(folder / "model" / "scheduler")
    scheduler.set_timesteps(1)
    scaled = scheduler.scale_model_input(start, scheduler.timesteps[0]).to(dtype)
    unet = read_unet(folder / "model" / "unet", kind["unet"], dtype)
    answer = unet(scaled, scheduler.timesteps[0], encoder_hidden_states=embeds, **told).sample
    compare("denoiser", ours["unet_out_0"], answer, precision)
    del unet
    vae = loaded(AutoencoderKL, folder / "model", "vae")
    decoded = vae.decode(torch.from_numpy(ours["latents_1"]) / vae.config.scaling_factor).sample
    compare("picture", ours["image"], (decoded / 2 + 0.5).clamp(0, 1), "fp32")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", choices=SIZES)
    parser.add_argument("--size", type=int, default=64, help="pixels, each way; a multiple of 64")
    parser.add_argument("--precision", choices=TYPES, default="fp32")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="full_size_") as folder:
        check(options.model, Path(folder), options.size, options.precision)


if __name__ == "__main__":
    main()
