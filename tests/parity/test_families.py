"""Stable Diffusion XL, inpainting and latent consistency models against diffusers, module by module, in fp32 on the CPU.

Both sides load the same folder and start from the same latent. Tolerances: token ids exactly, each module 1e-5 of the
reference's largest value, latents 1e-4, pixels one of 255. test_pipeline.py does the same for Stable Diffusion 1 and 2.
"""

import json
import shutil
from functools import cached_property

import numpy as np
import pytest
import torch
from diffusers import (DDIMScheduler, EulerDiscreteScheduler, LatentConsistencyModelPipeline, StableDiffusionXLPipeline,
                       TCDScheduler)
from PIL import Image
from transformers import CLIPTokenizer

import tiny_models
from philox import philox_normals
from reference import Reference
from renderer import render, try_render

PROMPT = "a red apple on a blue background, with sunglasses!"
NEGATIVE = "green"
STEPS = 10
GUIDANCE = 5.0
KINDS = ("xl", "inpaint", "xl inpaint", "lcm", "xl lcm")
MODELS = [(kind, layout) for kind in KINDS for layout in tiny_models.LAYOUTS]


def assert_close(ours, reference, tolerance=1e-5):
    reference = reference.numpy()
    assert ours.shape == reference.shape
    assert np.abs(ours - reference).max() <= tolerance * np.abs(reference).max()


class Both:
    """One model in the reference, and what the engine dumped for it."""

    def __init__(self, folder, dump):
        self.folder, self.reference = folder, Reference(folder)
        unet = self.reference.unet.config
        latent = self.reference.vae.config.latent_channels
        torch.manual_seed(1)
        self.noise = torch.randn(1, latent, unet.sample_size, unet.sample_size)
        self.extra = torch.randn(1, unet.in_channels - latent, *self.noise.shape[2:]) if unet.in_channels > latent else None
        self.size = unet.sample_size * 2**(len(self.reference.vae.config.block_out_channels) - 1)
        self.reference.scheduler.set_timesteps(STEPS)
        self.start = self.noise * self.reference.scheduler.init_noise_sigma
        self.dump = dump

    @cached_property
    def ours(self):
        return self.render(self.dump)

    def render(self, folder, latents=None, negative=NEGATIVE, **options):
        options = {"prompt": PROMPT, "steps": STEPS, "guidance": GUIDANCE, "sampler": "euler", "schedule": "normal",
                   "size": f"{self.size}x{self.size}"} | options
        return render(self.folder, folder, self.start.numpy() if latents is None else latents,
                      None if self.extra is None else self.extra.numpy(), negative=negative, **options)

    def reference_run(self, negative=NEGATIVE, guidance=GUIDANCE):
        denoise = self.reference.denoiser(PROMPT, negative, guidance, (self.size, self.size))
        return self.reference.paint(self.start, STEPS, guidance, denoise, self.extra)


@pytest.fixture(scope="module", params=MODELS, ids=", ".join)
def both(request, tmp_path_factory):
    kind, layout = request.param
    folder = tiny_models.make(kind, layout, tmp_path_factory.mktemp("model") / "model")
    return Both(folder, tmp_path_factory.mktemp("dump"))


def test_token_ids_are_the_same(both):
    for text, whose in ((PROMPT, "prompt"), (NEGATIVE, "negative")):
        if whose == "negative" and not both.reference.is_guided(GUIDANCE):
            assert "negative_ids" not in both.ours
            continue
        for key, ids in zip((f"{whose}_ids", f"{whose}_ids_2"), both.reference.ids(text)):
            assert both.ours[key].ravel().tolist() == ids


def test_text_embeddings_agree(both):
    embeds, pooled = both.reference.read(PROMPT)
    assert_close(both.ours["prompt_embeds"], embeds)
    if both.reference.is_xl:
        assert_close(both.ours["prompt_pooled"], pooled)
    if not both.reference.is_guided(GUIDANCE):
        assert "negative_embeds" not in both.ours and "negative_pooled" not in both.ours
        return
    embeds, pooled = both.reference.read(NEGATIVE)
    assert_close(both.ours["negative_embeds"], embeds)
    if both.reference.is_xl:
        assert_close(both.ours["negative_pooled"], pooled)


def test_only_xl_is_told_the_sizes(both):
    assert both.reference.is_xl == ("time_ids" in both.ours) == ("prompt_ids_2" in both.ours)
    if both.reference.is_xl:
        assert both.ours["time_ids"].tolist() == [[both.size, both.size, 0, 0, both.size, both.size]]


def test_denoiser_latents_and_picture_agree(both):
    first, latents = both.reference_run()
    assert_close(both.ours["unet_out_0"], first)
    for step, reference in enumerate(latents, start=1):
        assert np.abs(both.ours[f"latents_{step}"] - reference.numpy()).max() <= 1e-4
    picture = both.reference.picture(torch.from_numpy(both.ours[f"latents_{STEPS}"]))
    assert picture.std() > 0.01, "a flat picture proves nothing"
    assert_close(both.ours["image"], picture)


@pytest.fixture(scope="module")
def xl(tmp_path_factory):
    """In the layout in which it is published."""
    folder = tiny_models.make("xl", "old", tmp_path_factory.mktemp("model") / "model")
    return Both(folder, tmp_path_factory.mktemp("dump"))


def assert_same_as(pipeline, both, ours, dump, **options):
    """Latents after each step and pixels, against the pipeline itself."""
    latents = []

    def keep(_pipeline, _step, _timestep, tensors):
        latents.append(tensors["latents"].clone())
        return tensors

    pipeline.set_progress_bar_config(disable=True)
    picture = pipeline(PROMPT, latents=both.noise.clone(), height=both.size, width=both.size, callback_on_step_end=keep,
                       **options).images[0]
    assert len(latents) == options["num_inference_steps"] and f"latents_{len(latents) + 1}" not in ours
    for step, reference in enumerate(latents, start=1):
        assert np.abs(ours[f"latents_{step}"] - reference.numpy()).max() <= 1e-4
    pixels = np.asarray(Image.open(dump / "picture.png").convert("RGB"), np.int16)
    assert np.abs(pixels - np.asarray(picture, np.int16)).max() <= 1


@pytest.mark.parametrize("negative, guidance", [(NEGATIVE, GUIDANCE), ("", GUIDANCE), (NEGATIVE, 0.0)])
def test_xl_equals_its_pipeline(xl, negative, guidance, tmp_path):
    pipeline = StableDiffusionXLPipeline.from_pretrained(xl.folder, torch_dtype=torch.float32, add_watermarker=False)
    ours = xl.render(tmp_path, negative=negative, guidance=guidance)
    assert_same_as(pipeline, xl, ours, tmp_path, negative_prompt=negative or None, num_inference_steps=STEPS,
                   guidance_scale=guidance)


def test_an_empty_negative_prompt_is_zeros_where_the_model_says_so(xl, tmp_path):
    ours = xl.render(tmp_path, negative="")
    assert "negative_ids" not in ours and "negative_ids_2" not in ours
    assert not ours["negative_embeds"].any() and not ours["negative_pooled"].any()


def test_an_empty_negative_prompt_is_read_where_it_does_not(xl, tmp_path):
    folder = shutil.copytree(xl.folder, tmp_path / "model")
    index = json.loads((folder / "model_index.json").read_text())
    (folder / "model_index.json").write_text(json.dumps(index | {"force_zeros_for_empty_prompt": False}))
    other = Both(folder, tmp_path / "dump")
    ours = other.render(tmp_path / "empty", negative="")
    embeds, pooled = other.reference.read("")
    assert_close(ours["negative_embeds"], embeds)
    assert_close(ours["negative_pooled"], pooled)


def test_the_second_tokenizer_is_reached_by_name(xl):
    from test_tokens import our_ids
    texts = [PROMPT, "a!", ""]
    for part in ("tokenizer", "tokenizer_2"):
        expected = CLIPTokenizer.from_pretrained(xl.folder / part)(texts, padding="max_length", truncation=True).input_ids
        assert our_ids(xl.folder, texts, "--pad", "--tokenizer", part) == expected
    assert our_ids(xl.folder, [""], "--pad") != our_ids(xl.folder, [""], "--pad", "--tokenizer", "tokenizer_2")


@pytest.mark.parametrize("end", [2, tiny_models.VOCABULARY - 1], ids=["old config", "new config"])
def test_the_whole_text_is_taken_where_the_config_finds_its_end(end, tmp_path):
    """Old configs take the highest id, which a token added later is; new ones the first end."""
    folder = tiny_models.build(tiny_models.XL, tmp_path / "model")
    tokenizer = CLIPTokenizer.from_pretrained(folder / "tokenizer_2")
    tokenizer.add_tokens(["<cat>"])
    tokenizer.save_pretrained(folder / "tokenizer_2")
    reference = Reference(folder)
    encoder = reference.readers[1][1]
    encoder.resize_token_embeddings(tiny_models.VOCABULARY + 1)
    encoder.config.eos_token_id = end
    encoder.save_pretrained(folder / "text_encoder_2")
    reference, text = Reference(folder), "a <cat> in a hat"
    ids = reference.ids(text)[1]
    assert max(ids) == tiny_models.VOCABULARY and ids.index(max(ids)) != ids.index(tiny_models.VOCABULARY - 1)
    ours = render(folder, tmp_path, prompt=text, steps=1, guidance=1, size="64x64")
    assert_close(ours["prompt_pooled"], reference.read(text)[1])


@pytest.mark.parametrize("guidance", [8.5, 1.0])
def test_a_latent_consistency_model_equals_its_pipeline(guidance, tmp_path, monkeypatch):
    both = Both(tiny_models.make("lcm", "new", tmp_path / "model"), tmp_path / "first")
    calls = iter(range(1, 100))

    def seeded(shape, **_):
        return torch.from_numpy(philox_normals(5, next(calls), int(np.prod(shape))).reshape(shape))

    monkeypatch.setattr("diffusers.schedulers.scheduling_lcm.randn_tensor", seeded)
    pipeline = LatentConsistencyModelPipeline.from_pretrained(both.folder, torch_dtype=torch.float32)
    ours = both.render(tmp_path / "dump", latents=both.noise.numpy(), guidance=guidance, sampler="lcm", steps=4, seed=5)
    assert_same_as(pipeline, both, ours, tmp_path / "dump", num_inference_steps=4, guidance_scale=guidance)


# What is distilled from XL comes with the same parts and these settings.
FEW_STEPS = {
    "turbo": (EulerDiscreteScheduler, {"timestep_spacing": "trailing"}, "euler", 1, 0.0),
    "lightning": (EulerDiscreteScheduler, {"timestep_spacing": "trailing"}, "euler", 4, 0.0),
    "lightning, one step": (EulerDiscreteScheduler, {"timestep_spacing": "trailing", "prediction_type": "sample"}, "euler", 1, 0.0),
    # Its own scheduler is none of the samplers; what it says of the training holds for all of them.
    "hyper, unified": (TCDScheduler, {}, "ddim", 4, 0.0),
    "hyper": (DDIMScheduler, {"timestep_spacing": "trailing", "clip_sample": False}, "ddim", 2, 0.0),
}


@pytest.mark.parametrize("name", FEW_STEPS)
def test_distilled_models_equal_the_pipeline_with_their_settings(name, xl, tmp_path):
    scheduler, settings, sampler, steps, guidance = FEW_STEPS[name]
    folder = shutil.copytree(xl.folder, tmp_path / "model")
    scheduler.from_config(xl.reference.scheduler.config, **settings).save_pretrained(folder / "scheduler")
    both = Both(folder, tmp_path / "first")
    pipeline = StableDiffusionXLPipeline.from_pretrained(folder, torch_dtype=torch.float32, add_watermarker=False)
    runs = DDIMScheduler if sampler == "ddim" else scheduler
    pipeline.scheduler = runs.from_pretrained(folder / "scheduler")
    pipeline.scheduler.set_timesteps(steps)
    start = both.noise * pipeline.scheduler.init_noise_sigma
    ours = both.render(tmp_path / "dump", latents=start.numpy(), steps=steps, guidance=guidance, sampler=sampler)
    assert_same_as(pipeline, both, ours, tmp_path / "dump", num_inference_steps=steps, guidance_scale=guidance)


def test_channels_that_are_neither_for_painting_nor_for_inpainting_are_refused_by_key(tmp_path):
    kind = tiny_models.SD1 | {"unet": tiny_models.SD1["unet"] | {"in_channels": 8}}
    done = try_render(tiny_models.build(kind, tmp_path / "model"), tmp_path, prompt=PROMPT, steps=1)
    assert done.returncode == 2
    assert "unet/config.json" in done.stderr and '"in_channels" 4, or 9 for inpainting' in done.stderr


def test_parts_of_an_xl_model_that_do_not_fit_one_another_are_refused_by_key(xl, tmp_path):
    folder = shutil.copytree(xl.folder, tmp_path / "model")
    config = folder / "tokenizer_2" / "tokenizer_config.json"
    config.write_text(json.dumps(json.loads(config.read_text()) | {"model_max_length": 70}))
    done = try_render(folder, tmp_path, prompt=PROMPT, steps=1)
    assert done.returncode == 2
    assert 'tokenizer_2/tokenizer_config.json: "model_max_length" differs' in done.stderr


def test_an_inpainting_model_without_a_picture_is_refused_by_field(tmp_path):
    folder = tiny_models.make("inpaint", "new", tmp_path / "model")
    done = try_render(folder, tmp_path, prompt=PROMPT, steps=1)
    assert done.returncode == 2
    assert "original is missing" in done.stderr


def test_a_model_that_paints_from_nothing_takes_nothing_beside_its_latent(xl, tmp_path):
    done = try_render(xl.folder, tmp_path, latents=xl.start.numpy(), extra=xl.start.numpy(), prompt=PROMPT, steps=1)
    assert done.returncode == 2
    assert "extra is for inpainting models" in done.stderr
