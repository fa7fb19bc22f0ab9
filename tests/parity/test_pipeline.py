"""The whole pipeline against diffusers, stage by stage, in fp32 on the CPU.

Both sides load the same folder and start from the same latent. Tolerances: token ids exactly, each
module 1e-5 of the reference's largest value, latents after ten steps 1e-4, pixels one of 255.
"""

import numpy as np
import pytest
import torch
from diffusers import EulerDiscreteScheduler, StableDiffusionPipeline
from PIL import Image

import tiny_models
from renderer import DEMO_MODEL, render

PROMPT = "a red apple on a blue background, with sunglasses"
NEGATIVE = "green"
STEPS = 10
GUIDANCE = 5.0
MODELS = [(kind, layout) for kind in ("sd1", "sd2", "odd") for layout in tiny_models.LAYOUTS] + [("demo", "as shipped")]


class Both:
    """One model in the reference and what the engine dumped for it."""

    def __init__(self, model, folder):
        self.pipeline = StableDiffusionPipeline.from_pretrained(model, torch_dtype=torch.float32, safety_checker=None)
        self.pipeline.set_progress_bar_config(disable=True)
        self.pipeline.scheduler = EulerDiscreteScheduler.from_config(self.pipeline.scheduler.config)
        self.pipeline.scheduler.set_timesteps(STEPS)
        unet = self.pipeline.unet.config
        torch.manual_seed(1)
        self.noise = torch.randn(1, unet.in_channels, unet.sample_size, unet.sample_size)
        self.start = self.noise * self.pipeline.scheduler.init_noise_sigma
        self.size = unet.sample_size * self.pipeline.vae_scale_factor
        self.folder = folder
        self.ours = render(model, folder, latents=self.start.numpy(), prompt=PROMPT, negative=NEGATIVE, steps=STEPS,
                           guidance=GUIDANCE, sampler="euler", schedule="normal", size=f"{self.size}x{self.size}")

    def ids(self, text):
        return self.pipeline.tokenizer(text, padding="max_length", truncation=True,
                                       max_length=self.pipeline.tokenizer.model_max_length).input_ids

    def embeds(self, text):
        return self.pipeline.text_encoder(torch.tensor([self.ids(text)]))[0]


@pytest.fixture(scope="module", params=MODELS, ids=" ".join)
def both(request, tmp_path_factory):
    kind, layout = request.param
    model = DEMO_MODEL
    if kind != "demo":
        model = tiny_models.make(kind, layout, tmp_path_factory.mktemp("model") / "model")
    with torch.no_grad():
        yield Both(model, tmp_path_factory.mktemp("dump"))


def relative_difference(ours, reference):
    reference = reference.numpy()
    assert ours.shape == reference.shape
    return float(np.abs(ours - reference).max() / np.abs(reference).max())


def test_token_ids_are_the_same(both):
    assert both.ours["prompt_ids"].ravel().tolist() == both.ids(PROMPT)
    assert both.ours["negative_ids"].ravel().tolist() == both.ids(NEGATIVE)


def test_text_embeddings_agree(both):
    assert relative_difference(both.ours["prompt_embeds"], both.embeds(PROMPT)) <= 1e-5
    assert relative_difference(both.ours["negative_embeds"], both.embeds(NEGATIVE)) <= 1e-5


def test_the_denoiser_agrees_on_its_first_call(both):
    scheduler = both.pipeline.scheduler
    timestep = scheduler.timesteps[0]
    scaled = both.start / (scheduler.sigmas[0] ** 2 + 1) ** 0.5
    context = torch.cat([both.embeds(NEGATIVE), both.embeds(PROMPT)])
    reference = both.pipeline.unet(torch.cat([scaled, scaled]), timestep, encoder_hidden_states=context).sample
    assert relative_difference(both.ours["unet_out_0"], reference) <= 1e-5


def test_the_decoder_agrees(both):
    latents = torch.from_numpy(both.ours[f"latents_{STEPS}"])
    decoded = both.pipeline.vae.decode(latents / both.pipeline.vae.config.scaling_factor).sample
    reference = (decoded / 2 + 0.5).clamp(0, 1)
    assert reference.std() > 0.01, "a flat picture proves nothing"
    assert relative_difference(both.ours["image"], reference) <= 1e-5


def test_latents_and_pixels_agree_after_ten_steps(both):
    latents = []

    def keep(pipeline, step, timestep, tensors):
        latents.append(tensors["latents"].clone())
        return tensors

    picture = both.pipeline(PROMPT, negative_prompt=NEGATIVE, latents=both.noise.clone(), num_inference_steps=STEPS,
                            guidance_scale=GUIDANCE, height=both.size, width=both.size,
                            callback_on_step_end=keep).images[0]
    assert len(latents) == STEPS
    for step, reference in enumerate(latents, start=1):
        assert np.abs(both.ours[f"latents_{step}"] - reference.numpy()).max() <= 1e-4
    ours = np.asarray(Image.open(both.folder / "picture.png").convert("RGB"), np.int16)
    assert np.abs(ours - np.asarray(picture, np.int16)).max() <= 1


def test_without_guidance_the_negative_prompt_is_left_out(both, tmp_path):
    ours = render_unguided(both, tmp_path)
    assert "negative_embeds" not in ours
    scheduler = both.pipeline.scheduler
    scheduler.set_timesteps(2)
    scaled = both.noise / (scheduler.sigmas[0] ** 2 + 1) ** 0.5
    reference = both.pipeline.unet(scaled, scheduler.timesteps[0], encoder_hidden_states=both.embeds(PROMPT)).sample
    scheduler.set_timesteps(STEPS)
    assert relative_difference(ours["unet_out_0"], reference) <= 1e-5


def render_unguided(both, folder):
    return render(both.pipeline.config._name_or_path, folder, latents=both.noise.numpy(), prompt=PROMPT,
                  negative=NEGATIVE, steps=2, guidance=1, sampler="euler", schedule="normal",
                  size=f"{both.size}x{both.size}")


def test_a_wide_picture_agrees_too(both, tmp_path):
    """A size not trained for, other than the one the weights were laid out for."""
    unet = both.pipeline.unet.config
    multiple = 2 ** (len(unet.block_out_channels) - 1)
    noise = torch.randn(1, unet.in_channels, multiple, 3 * multiple)
    factor = both.pipeline.vae_scale_factor
    ours = render(both.pipeline.config._name_or_path, tmp_path, latents=noise.numpy(), prompt=PROMPT, steps=2,
                  guidance=1, sampler="ddim", schedule="normal", size=f"{3 * multiple * factor}x{multiple * factor}")
    decoded = both.pipeline.vae.decode(
        torch.from_numpy(ours["latents_2"]) / both.pipeline.vae.config.scaling_factor).sample
    assert relative_difference(ours["image"], (decoded / 2 + 0.5).clamp(0, 1)) <= 1e-5
