"""Pictures that begin with another, against diffusers' pipelines, stage by stage, in fp32 on the CPU.

The noise is our own generator's, injected wherever diffusers draws: the encoder's sample, the start, and the samplers'
own. Tolerances are those of the pictures made from noise (test_pipeline.py, test_samplers.py): the encoder 1e-5 of the
largest value, latents 1e-4, pixels one of 255.
"""

import contextlib
import sys

import numpy as np
import pytest
import torch
from diffusers import (StableDiffusionImg2ImgPipeline, StableDiffusionInpaintPipeline, StableDiffusionXLImg2ImgPipeline,
                       StableDiffusionXLInpaintPipeline)
from PIL import Image

import tiny_models
from philox import philox_normals
from reference import MASKED, ORIGINAL, encoded
from renderer import DEMO_MODEL, render
from sampler_reference import EVEN, SPREADING, TWO_CALLS, make

PROMPT = "a red apple on a blue background"
NEGATIVE = "green"
SEED = 987654321
STEPS = 10
GUIDANCE = 4.0


class Draws:
    """What diffusers gets in the place of torch's noise: the named draws first, then those of the calls."""

    def __init__(self, *first):
        self.first, self.call = list(first), 0

    def __call__(self, shape, *args, **kwargs):
        offset = self.first.pop(0) if self.first else self.call
        return torch.from_numpy(philox_normals(SEED, offset, int(np.prod(shape))).reshape(tuple(shape)))


@contextlib.contextmanager
def drawing(draws, *owners):
    modules = [sys.modules[owner.__module__] for owner in owners] + [
        sys.modules["diffusers.models.autoencoders.vae"]]
    modules = [module for module in modules if hasattr(module, "randn_tensor")]
    before = [module.randn_tensor for module in modules]
    for module in modules:
        module.randn_tensor = draws
    try:
        yield
    finally:
        for module, function in zip(modules, before):
            module.randn_tensor = function


def painting(size, seed=0):
    """A picture with soft gradients and hard edges."""
    ramp = np.linspace(0, 255, size)
    pixels = np.stack([np.tile(ramp, (size, 1)), np.tile(ramp[:, None], (1, size)), np.full((size, size), 90.0)], -1)
    pixels[size // 4: size // 2, size // 3: size // 2] = (220, 30, 60)
    noise = np.random.default_rng(seed).normal(0, 8, pixels.shape)
    return Image.fromarray(np.clip(pixels + noise, 0, 255).astype(np.uint8))


class Bench:
    """One model, a picture of its size, and how both sides render with it."""

    def __init__(self, model, folder):
        self.model, self.folder = model, folder
        is_xl = (model / "text_encoder_2").exists()
        self.img2img = StableDiffusionXLImg2ImgPipeline if is_xl else StableDiffusionImg2ImgPipeline
        self.inpaint = StableDiffusionXLInpaintPipeline if is_xl else StableDiffusionInpaintPipeline
        self.parts = self.img2img.from_pretrained(model, torch_dtype=torch.float32,
                                                  **({} if is_xl else {"safety_checker": None}))
        self.config = self.parts.scheduler.config
        unet = self.parts.unet.config
        self.factor = self.parts.vae_scale_factor
        self.size = unet.sample_size * self.factor
        self.picture = painting(self.size)
        self.file = folder / "original.png"
        self.picture.save(self.file)
        self.mask = Image.new("L", (self.size, self.size))
        third = unet.sample_size // 3 * self.factor  # Whole cells, which leave no choice to either side.
        self.mask.paste(255, (third, third // 2 // self.factor * self.factor, self.size, 2 * third))
        self.mask_file = folder / "mask.png"
        self.mask.save(self.mask_file)

    def scheduler(self, sampler, schedule):
        cls, extra = (SPREADING | EVEN)[sampler]
        return make(cls, extra, self.config, schedule, STEPS)

    def ours(self, folder, sampler="euler", schedule="normal", strength=0.6, rule="diffusers", **more):
        return render(self.model, folder, prompt=PROMPT, negative=NEGATIVE, steps=STEPS, guidance=GUIDANCE, seed=SEED,
                      sampler=sampler, schedule=schedule, from_=self.file, strength=strength, strength_rule=rule, **more)

    def theirs(self, cls, draws, scheduler, strength, **more):
        pipeline = cls(**self.parts.components)
        pipeline.register_modules(scheduler=scheduler)
        pipeline.set_progress_bar_config(disable=True)
        latents = []

        def keep(pipeline, step, timestep, tensors):
            draws.call = step + 2  # Of the call that comes next; calls count from 1.
            latents.append(tensors["latents"].clone())
            return tensors

        draws.call = 1
        with drawing(draws, cls, type(scheduler)), torch.no_grad():
            picture = pipeline(PROMPT, negative_prompt=NEGATIVE, image=self.picture, strength=strength,
                               num_inference_steps=STEPS, guidance_scale=GUIDANCE, callback_on_step_end=keep,
                               **more).images[0]
        return latents, picture


KINDS = ("sd1", "sd2", "odd", "xl", "lcm")
MODELS = [(kind, layout) for kind in KINDS for layout in tiny_models.LAYOUTS] + [("demo", "as shipped")]


@pytest.fixture(scope="module", params=MODELS, ids=" ".join)
def any_bench(request, tmp_path_factory):
    kind, layout = request.param
    folder = tmp_path_factory.mktemp("bench")
    model = DEMO_MODEL if kind == "demo" else tiny_models.make(kind, layout, folder / "model")
    return Bench(model, folder)


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bench")
    return Bench(tiny_models.make("sd1", "new", folder / "model"), folder)


def assert_same(ours, latents):
    assert latents and f"latents_{len(latents) + 1}" not in ours
    for i, latent in enumerate(latents, start=1):
        difference = float(np.abs(ours[f"latents_{i}"] - latent.numpy()).max())
        assert difference <= max(1e-4, 5e-6 * float(latent.abs().max())), f"after step {i}"


def pixels(picture):
    return np.asarray(picture.convert("RGB"), np.int16)


def test_the_encoder_agrees(any_bench, tmp_path):
    ours = any_bench.ours(tmp_path)
    noise = philox_normals(SEED, ORIGINAL, ours["original"].size)
    reference = encoded(any_bench.parts.vae, any_bench.picture, noise).numpy()
    assert np.abs(ours["original"] - reference).max() <= 1e-5 * np.abs(reference).max()


def test_the_whole_way_agrees(any_bench, tmp_path):
    ours = any_bench.ours(tmp_path)
    latents, picture = any_bench.theirs(any_bench.img2img, Draws(ORIGINAL, 0),
                                        any_bench.scheduler("euler", "normal"), 0.6)
    assert len(latents) == 6
    assert_same(ours, latents)
    assert np.abs(pixels(Image.open(tmp_path / "picture.png")) - pixels(picture)).max() <= 1


# Not LMS and PNDM, which go wrong in the middle there, nor DPMSolverSDE, which has a noise tree of its own: these are in
# test_sampler_plans.py.
SAMPLERS = [sampler for sampler in (*SPREADING, *EVEN) if sampler not in ("lms", "plms", "dpmpp_sde")]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("strength", [0.3, 1.0])
@pytest.mark.parametrize("sampler", SAMPLERS)
def test_every_sampler_agrees_from_the_middle(sampler, strength, bench, tmp_path):
    schedule = "karras" if sampler in SPREADING else "normal"
    ours = bench.ours(tmp_path, sampler, schedule, strength)
    latents, _ = bench.theirs(bench.img2img, Draws(ORIGINAL, 0), bench.scheduler(sampler, schedule),
                              strength)
    if sampler in TWO_CALLS:
        latents = [latent for call, latent in enumerate(latents) if call % 2 == 1 or call + 1 == len(latents)]
    assert len(latents) == round(strength * STEPS)
    assert_same(ours, latents)


def test_a1111_makes_one_step_more(bench, tmp_path):
    one_more = bench.ours(tmp_path / "a1111", strength=0.6, rule="a1111")
    counted = bench.ours(tmp_path / "diffusers", strength=0.7, rule="diffusers")
    assert sorted(one_more) == sorted(counted)
    assert all(np.array_equal(one_more[name], counted[name]) for name in counted)
    assert "latents_7" in one_more and "latents_8" not in one_more


@pytest.mark.parametrize("rule, strength, made", [("a1111", 0.0, 1), ("a1111", 1.0, 10), ("diffusers", 0.19, 1)])
def test_the_steps_that_are_made(rule, strength, made, bench, tmp_path):
    ours = bench.ours(tmp_path, strength=strength, rule=rule)
    assert f"latents_{made}" in ours and f"latents_{made + 1}" not in ours


def check_mask(bench, folder, sampler, schedule, strength):
    ours = bench.ours(folder, sampler, schedule, strength, mask=bench.mask_file)
    latents, _ = bench.theirs(bench.inpaint, Draws(ORIGINAL, 0, MASKED),
                              bench.scheduler(sampler, schedule), strength, mask_image=bench.mask, height=bench.size,
                              width=bench.size)
    assert_same(ours, latents)
    result, original = pixels(Image.open(folder / "picture.png")), pixels(bench.picture)
    kept = np.asarray(bench.mask) < 128
    assert np.array_equal(result[kept], original[kept])
    assert not np.array_equal(result[~kept], original[~kept])


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("strength", [0.6, 1.0])
@pytest.mark.parametrize("sampler, schedule", [("euler", "normal"), ("euler_a", "normal"), ("dpmpp_2m", "karras"),
                                               ("ddim", "normal"), ("unipc", "karras")])
def test_what_lies_outside_the_mask_is_kept(sampler, schedule, strength, bench, tmp_path):
    check_mask(bench, tmp_path, sampler, schedule, strength)


def test_a_mask_agrees_on_every_model(any_bench, tmp_path):
    check_mask(any_bench, tmp_path, "euler", "normal", 0.6)


@pytest.mark.parametrize("strength, draws", [(0.6, (ORIGINAL, 0, MASKED)), (1.0, (0, MASKED))])
@pytest.mark.parametrize("kind", ["inpaint", "xl inpaint"])
def test_a_model_for_inpainting_sees_mask_and_masked_picture(kind, strength, draws, tmp_path):
    bench = Bench(tiny_models.make(kind, "new", tmp_path / "model"), tmp_path)
    ours = bench.ours(tmp_path / "ours", strength=strength, mask=bench.mask_file)
    latents, _ = bench.theirs(bench.inpaint, Draws(*draws), bench.scheduler("euler", "normal"), strength,
                              mask_image=bench.mask, height=bench.size, width=bench.size)
    assert_same(ours, latents)
