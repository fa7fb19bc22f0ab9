"""Decoding in tiles against diffusers' AutoencoderKL.enable_tiling(), in fp32 on the CPU: 1e-5 of the largest value."""

import json

import numpy as np
import pytest
import torch
from diffusers import AutoencoderKL

import tiny_models
from reference import loaded
from renderer import DEMO_MODEL, render, try_render

KINDS = ["sd1", "odd", "xl"]


@pytest.fixture(scope="module", params=KINDS + ["demo"])
def model(request, tmp_path_factory):
    if request.param == "demo":
        return DEMO_MODEL
    return tiny_models.make(request.param, "new", tmp_path_factory.mktemp("model") / "model")


@pytest.fixture(scope="module")
def vae(model):
    return loaded(AutoencoderKL, model, "vae")


def size_multiple(model, factor):
    levels = json.loads((model / "unet" / "config.json").read_text())["block_out_channels"]
    return factor * 2 ** (len(levels) - 1)


# Of a tile's side: a row of tiles, a last tile that is a sliver, both ways, and one that needs no tiles.
@pytest.mark.parametrize("quarters", [(4, 4), (4, 8), (9, 5), (7, 7), (10, 11)], ids=str)
def test_tiles_are_those_of_diffusers(model, vae, quarters, tmp_path):
    factor = 2 ** (len(vae.config.block_out_channels) - 1)
    multiple = size_multiple(model, factor)
    sides = [max(q * vae.config.sample_size // 4 // multiple, 1) * multiple for q in quarters]
    ours = render(model, tmp_path, prompt="a fox", steps=1, guidance=1, sampler="euler", vae_tiling="always",
                  width=sides[0], height=sides[1])
    latent = torch.from_numpy(ours["latents_1"]) / vae.config.scaling_factor
    vae.enable_tiling()
    reference = (vae.decode(latent).sample / 2 + 0.5).clamp(0, 1).numpy()
    vae.disable_tiling()
    assert reference.shape == ours["image"].shape
    assert reference.std() > 0.01, "a flat picture proves nothing"
    assert np.abs(ours["image"] - reference).max() <= 1e-5 * np.abs(reference).max()


def test_what_tiles_change_is_said(model, vae, tmp_path):
    """Tiles make another picture: whoever makes one says so, and `never` makes none."""
    side = 2 * vae.config.sample_size
    options = {"prompt": "a fox", "steps": 1, "guidance": 1, "size": f"{side}x{side}"}
    tiles = try_render(model, tmp_path / "tiles", vae_tiling="always", **options)
    factor = 2 ** (len(vae.config.block_out_channels) - 1)
    assert f"; vae-tiling={vae.config.sample_size // factor}/0.25\n" in tiles.stdout
    for tiling in ("auto", "never"):
        whole = try_render(model, tmp_path / tiling, vae_tiling=tiling, **options)
        assert whole.returncode == 0 and "vae-tiling" not in whole.stdout
