"""Every sampler on a network, step by step, against diffusers and the published formulas.

The network is a tiny random UNet in diffusers and here; what differs between the cases is scheduler_config.json. Both
sides start from one latent, in fp32. The references are those of sampler_reference.py; test_sampler_plans.py compares
every pair of sampler and schedule with them in double precision. Noise is our own generator's, written once more in
philox.py and injected into diffusers.
"""

import json
import shutil

import numpy as np
import pytest
import torch
from diffusers import UNet2DConditionModel

from philox import philox_normals
from renderer import DEMO_MODEL, render
from sampler_reference import SAMPLERS, Reference

SEED = 1234567890123
STEPS = 10
GUIDANCE = 4.0
SHAPE = (1, 4, 16, 16)
DEMO = json.loads((DEMO_MODEL / "scheduler" / "scheduler_config.json").read_text())
CONFIGS = {
    "as shipped": DEMO,
    "trailing, v": DEMO | {"timestep_spacing": "trailing", "prediction_type": "v_prediction"},
    "ends at sigma_min": DEMO | {"_class_name": "DPMSolverMultistepScheduler", "final_sigmas_type": "sigma_min",
                                 "solver_order": 2, "algorithm_type": "dpmsolver++", "clip_sample": False,
                                 "timestep_spacing": "linspace"},
}
# Clipping is compared in double precision alone (test_sampler_plans.py): with it, diffusers' own DDIM ends 2e-3 away on
# this network when its start moves by one unit in the last place.
# A schedule for each config, so that all samplers are seen with several without seeing every pair.
SCHEDULES = {"as shipped": "karras", "trailing, v": "normal", "ends at sigma_min": "sgm_uniform"}


def noise(step):
    return torch.from_numpy(philox_normals(SEED, step, int(np.prod(SHAPE))).reshape(SHAPE))


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    """The demo model with a small random denoiser in the place of its own."""
    folder = tmp_path_factory.mktemp("network")
    for part in ("text_encoder", "tokenizer", "vae", "scheduler"):
        shutil.copytree(DEMO_MODEL / part, folder / part)
    shutil.copy(DEMO_MODEL / "model_index.json", folder)
    torch.manual_seed(0)
    unet = UNet2DConditionModel(sample_size=16, block_out_channels=(32, 64), layers_per_block=1, cross_attention_dim=128,
                                attention_head_dim=4, down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
                                up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"))
    unet.save_pretrained(folder / "unet")
    return folder, unet.eval()


def with_config(folder, config):
    (folder / "scheduler" / "scheduler_config.json").write_text(json.dumps(config))
    return folder


def denoiser(unet, dump):
    embeds = torch.from_numpy(np.concatenate([dump["negative_embeds"], dump["prompt_embeds"]]))

    def guided(x, timestep):
        with torch.no_grad():
            both = unet(torch.cat([x, x]), timestep, encoder_hidden_states=embeds).sample
        negative, positive = both.chunk(2)
        return negative + GUIDANCE * (positive - negative)

    return guided


def assert_same_latents(ours, theirs):
    """1e-4, and more only for latents beyond what a trained model leads to (no more than 20)."""
    assert len(theirs) == STEPS and f"latents_{STEPS + 1}" not in ours
    for i, latent in enumerate(theirs):
        difference = float((torch.from_numpy(ours[f"latents_{i + 1}"]) - latent).abs().max())
        assert difference <= max(1e-4, 5e-6 * float(latent.abs().max())), f"after step {i + 1}"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("name", CONFIGS)
@pytest.mark.parametrize("sampler", SAMPLERS)
def test_every_step_equals_the_reference(sampler, name, network, tmp_path):
    folder, unet = network
    config = CONFIGS[name]
    schedule = "normal" if sampler == "plms" else SCHEDULES[name]
    reference = Reference(config, sampler, schedule, STEPS)
    start = noise(0) * reference.start_scale()
    ours = render(with_config(folder, config), tmp_path, latents=start.numpy(), prompt="a red apple", negative="blue",
                  steps=STEPS, guidance=GUIDANCE, sampler=sampler, schedule=schedule, seed=SEED)
    assert_same_latents(ours, reference.run(start, denoiser(unet, ours), noise))


@pytest.mark.parametrize("sampler, schedule", [("euler", "normal"), ("dpm2_a", "karras"), ("unipc", "beta")])
def test_the_start_is_seeded_noise_times_the_first_sigma(sampler, schedule, network, tmp_path):
    folder, _ = network
    ours = render(with_config(folder, DEMO), tmp_path, prompt="fox", steps=STEPS, sampler=sampler, schedule=schedule,
                  seed=SEED)
    expected = noise(0).numpy() * Reference(DEMO, sampler, schedule, STEPS).start_scale()
    assert np.abs(ours["latents_0"] - expected).max() <= 1e-5 * np.abs(expected).max()


def test_other_programs_names_are_taken(network, tmp_path):
    folder, _ = network
    model = with_config(folder, DEMO)
    ours = render(model, tmp_path / "ours", prompt="fox", steps=2, sampler="dpmpp_2m_sde", schedule="exponential")
    label = render(model, tmp_path / "label", prompt="fox", steps=2, sampler="DPM++ 2M SDE Exponential")
    assert np.array_equal(ours["latents_2"], label["latents_2"])


def test_the_generator_has_the_published_values():
    """Seed 0 of torch.randn on NVIDIA GPUs, as other programs print it."""
    expected = [-0.92466259, -0.42534415, -2.6438457, 0.14518388, -0.12086647, -0.57972564, -0.62285122, -0.32838709,
                -1.07454231, -0.36314407, -1.67105067, 2.26550497]
    assert np.abs(philox_normals(0, 0, 12) - np.array(expected, np.float32)).max() <= 1e-6
