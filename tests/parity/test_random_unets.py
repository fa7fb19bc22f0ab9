"""Small UNets of many shapes against diffusers: what the configs of whole families leave free, drawn from a fixed seed.

Widths, levels, depths, heads, projections, sizes and what is told beside the timestep all vary at once; so do the text
encoders. The denoiser's first answer is held to 1e-5 of the reference's largest value, the latents to 1e-4.
"""

import random

import numpy as np
import pytest
import torch
from diffusers import (EulerDiscreteScheduler, StableDiffusionInpaintPipeline, StableDiffusionPipeline,
                       StableDiffusionXLInpaintPipeline, StableDiffusionXLPipeline)

import tiny_models
from reference import Reference
from renderer import render

CASES = 24
STEPS = 3
PROMPT, NEGATIVE = "a red apple", "blue"
VAE = {"block_out_channels": (4, 8), "layers_per_block": 1, "norm_num_groups": 2, "sample_size": 16}


def text_options(draw):
    heads = draw.choice([1, 2, 3])
    return {"hidden_size": heads * draw.choice([4, 5, 8]), "intermediate_size": draw.choice([16, 33]),
            "num_hidden_layers": draw.choice([1, 2, 3]), "num_attention_heads": heads,
            "hidden_act": draw.choice(["quick_gelu", "gelu"]), "projection_dim": draw.choice([7, 16])}


def unet_options(draw, context, pooled):
    levels = draw.choice([1, 2, 3, 4])
    groups = draw.choice([1, 2, 3, 4])
    heads = [draw.choice([1, 2, 3, 4]) for _ in range(levels)]
    channels = [groups * count * draw.choice([2, 3, 4]) for count in heads]
    attends = [draw.random() < 0.6 for _ in range(2 * levels)]
    size_width = draw.choice([2, 4, 7])
    options = {
        "block_out_channels": channels,
        "norm_num_groups": groups,
        "attention_head_dim": draw.choice([heads, heads[0]]) if len(set(heads)) == 1 else heads,
        "layers_per_block": draw.choice([1, 2, [draw.choice([1, 2]) for _ in range(levels)]]),
        "transformer_layers_per_block": draw.choice([1, 2, [draw.choice([1, 2, 3]) for _ in range(levels)]]),
        "cross_attention_dim": draw.choice([context, [context] * levels]),
        "down_block_types": ["CrossAttnDownBlock2D" if it else "DownBlock2D" for it in attends[:levels]],
        "up_block_types": ["CrossAttnUpBlock2D" if it else "UpBlock2D" for it in attends[levels:]],
        "use_linear_projection": draw.random() < 0.5,
        "upcast_attention": draw.random() < 0.3,
        "downsample_padding": draw.choice([0, 1]),
        "norm_eps": draw.choice([1e-5, 1e-6]),
        "flip_sin_to_cos": draw.random() < 0.7,
        "freq_shift": draw.choice([0, 0, 1]) if channels[0] >= 4 else 0,
        "in_channels": draw.choice([4, 4, 9]),
        "time_cond_proj_dim": draw.choice([None, None, 4, 9, 16]),
        "sample_size": 2 ** (levels - 1) * 2,
    }
    if pooled:
        options |= {"addition_embed_type": "text_time", "addition_time_embed_dim": size_width,
                    "projection_class_embeddings_input_dim": pooled + 6 * size_width}
    return options


def drawn_kind(case):
    """A description as tiny_models.py has them, the size of a picture in latent cells, and the guidance."""
    draw = random.Random(case)
    is_xl = draw.random() < 0.5
    text, text_2 = text_options(draw), text_options(draw)
    context = text["hidden_size"] + (text_2["hidden_size"] if is_xl else 0)
    unet = unet_options(draw, context, text_2["projection_dim"] if is_xl else 0)
    inpaints = unet["in_channels"] == 9
    pipelines = {(False, False): StableDiffusionPipeline, (False, True): StableDiffusionInpaintPipeline,
                 (True, False): StableDiffusionXLPipeline, (True, True): StableDiffusionXLInpaintPipeline}
    kind = {"pipeline": pipelines[is_xl, inpaints], "text": text, "unet": unet, "vae": VAE, "dtype": torch.float32,
            "scheduler_class": EulerDiscreteScheduler,
            "scheduler": tiny_models.BETAS | {"prediction_type": draw.choice(["epsilon", "v_prediction"])}}
    multiple = 2 ** (len(unet["block_out_channels"]) - 1)
    cells = (multiple * draw.choice([1, 2, 3]), multiple * draw.choice([1, 2, 3, 5]))
    return kind | ({"text_2": text_2, "pad_2": "!"} if is_xl else {}), cells, draw.choice([1.0, 3.0, 7.5])


@pytest.mark.parametrize("case", range(CASES))
def test_a_random_unet_agrees(case, tmp_path):
    kind, cells, guidance = drawn_kind(case)
    folder = tiny_models.build(kind, tmp_path / "model")
    reference = Reference(folder)
    height, width = (2 * side for side in cells)
    torch.manual_seed(case)
    reference.scheduler.set_timesteps(STEPS)
    start = torch.randn(1, 4, *cells) * reference.scheduler.init_noise_sigma
    extra = torch.randn(1, 5, *cells) if kind["unet"]["in_channels"] == 9 else None
    ours = render(folder, tmp_path, start.numpy(), None if extra is None else extra.numpy(), prompt=PROMPT,
                  negative=NEGATIVE, steps=STEPS, guidance=guidance, sampler="euler", schedule="normal",
                  size=f"{width}x{height}")
    denoise = reference.denoiser(PROMPT, NEGATIVE, guidance, (height, width))
    first, latents = reference.paint(start, STEPS, guidance, denoise, extra)
    assert first.std() > 1e-3, "a flat answer proves nothing"
    difference = np.abs(ours["unet_out_0"] - first.numpy()).max()
    assert difference <= 1e-5 * float(first.abs().max())
    for step, latent in enumerate(latents, start=1):
        difference = np.abs(ours[f"latents_{step}"] - latent.numpy()).max()
        assert difference <= max(1e-4, 5e-6 * float(latent.abs().max())), f"after step {step}"


def test_the_cases_cover_what_they_are_for():
    """A draw that never meets a feature would prove nothing about it."""
    kinds = [drawn_kind(case) for case in range(CASES)]
    unets = [kind["unet"] for kind, _, _ in kinds]
    assert {len(unet["block_out_channels"]) for unet in unets} == {1, 2, 3, 4}
    for key, values in {"use_linear_projection": {True, False}, "in_channels": {4, 9}, "downsample_padding": {0, 1},
                        "flip_sin_to_cos": {True, False}, "freq_shift": {0, 1}}.items():
        assert {unet[key] for unet in unets} == values, key
    assert {"text_2" in kind for kind, _, _ in kinds} == {True, False}
    assert {kind["scheduler"]["prediction_type"] for kind, _, _ in kinds} == {"epsilon", "v_prediction"}
    assert {unet["time_cond_proj_dim"] is None for unet in unets} == {True, False}
    assert {isinstance(unet["transformer_layers_per_block"], list) for unet in unets} == {True, False}
    assert any(cells[0] != cells[1] for _, cells, _ in kinds) and {guidance > 1 for _, _, guidance in kinds} == {True, False}
