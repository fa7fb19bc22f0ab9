"""Every sampler with either schedule, step by step, against diffusers on the same network.

The network is a tiny random UNet in diffusers and here; what differs between the cases is
scheduler_config.json. Both sides start from one latent. The references are diffusers' schedulers,
made from the model's config as its pipelines make them. Where diffusers has no such pair (Euler a
and DDIM with Karras sigmas) it is the published formula in numpy, on the sigmas of diffusers'
Euler. Ancestral noise is our own generator's, written once more below and injected into diffusers.
"""

import json
import shutil

import diffusers
import numpy as np
import pytest
import torch
from diffusers import (DDIMScheduler, DPMSolverMultistepScheduler, EulerAncestralDiscreteScheduler,
                       EulerDiscreteScheduler, UNet2DConditionModel)

from renderer import DEMO_MODEL, render

SEED = 1234567890123
STEPS = 10
GUIDANCE = 4.0
SHAPE = (1, 4, 16, 16)
CLASSES = {"euler": EulerDiscreteScheduler, "euler_a": EulerAncestralDiscreteScheduler,
           "ddim": DDIMScheduler, "dpmpp_2m": DPMSolverMultistepScheduler}
DEMO = json.loads((DEMO_MODEL / "scheduler" / "scheduler_config.json").read_text())
PLAIN = {k: v for k, v in DEMO.items() if k not in ("timestep_spacing", "steps_offset")}
CONFIGS = {
    "as shipped": DEMO,
    "stable diffusion 1.5": PLAIN | {"_class_name": "PNDMScheduler", "skip_prk_steps": True, "steps_offset": 1},
    "trailing, v": DEMO | {"timestep_spacing": "trailing", "prediction_type": "v_prediction"},
    "linspace, clipped, v": DEMO | {"timestep_spacing": "linspace", "clip_sample": True, "set_alpha_to_one": True,
                                    "clip_sample_range": 0.8, "prediction_type": "v_prediction"},
    "linear, ends at sigma_min": DEMO | {"_class_name": "DPMSolverMultistepScheduler", "beta_schedule": "linear",
                                         "final_sigmas_type": "sigma_min", "beta_end": 0.02, "solver_order": 2,
                                         "algorithm_type": "dpmsolver++", "lambda_min_clipped": float("-inf")},
    "cosine, v": DEMO | {"beta_schedule": "squaredcos_cap_v2", "lambda_min_clipped": -5.1,
                         "prediction_type": "v_prediction"},
    "trained betas": DEMO | {"trained_betas": [0.0002 + 0.00003 * i for i in range(500)], "num_train_timesteps": 500},
}


def philox_normals(seed, offset, count):
    """Philox 4x32-10 and Box-Muller, vectorised over the counter; normals as CUDA draws them."""
    low = np.uint64(0xFFFFFFFF)
    counter = [np.full(count, offset, np.uint64), np.zeros(count, np.uint64),
               np.arange(count, dtype=np.uint64), np.zeros(count, np.uint64)]
    key = [seed & 0xFFFFFFFF, seed >> 32]
    for _ in range(10):
        a = counter[0] * np.uint64(0xD2511F53)
        b = counter[2] * np.uint64(0xCD9E8D57)
        counter = [(b >> np.uint64(32)) ^ counter[1] ^ np.uint64(key[0]), b & low,
                   (a >> np.uint64(32)) ^ counter[3] ^ np.uint64(key[1]), a & low]
        key = [(key[0] + 0x9E3779B9) & 0xFFFFFFFF, (key[1] + 0xBB67AE85) & 0xFFFFFFFF]
    u = counter[0].astype(np.float64) * 2.0**-32 + 2.0**-33
    v = (counter[1].astype(np.float64) * 2.0**-32 + 2.0**-33) * 2 * np.pi
    return (np.sqrt(-2 * np.log(u)) * np.sin(v)).astype(np.float32)


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


def run_diffusers(scheduler, guided, start, monkeypatch):
    drawn = iter(range(1, STEPS + 1))
    monkeypatch.setattr(diffusers.schedulers.scheduling_euler_ancestral_discrete, "randn_tensor",
                        lambda *args, **kwargs: noise(next(drawn)))
    scheduler.set_timesteps(STEPS)
    if hasattr(scheduler, "set_begin_index"):
        scheduler.set_begin_index(0)  # Else it would skip a step where timesteps repeat.
    x, latents = start, []
    for t in scheduler.timesteps:
        x = scheduler.step(guided(scheduler.scale_model_input(x, t), t), t, x).prev_sample
        latents.append(x)
    return latents


def euler_karras(config):
    scheduler = EulerDiscreteScheduler.from_config(config | {"final_sigmas_type": "zero"}, use_karras_sigmas=True)
    scheduler.set_timesteps(STEPS)
    return scheduler.sigmas.double().numpy(), scheduler.timesteps


def denoised(config, x, output, sigma):
    """x is picture + sigma * noise."""
    if config["prediction_type"] == "epsilon":
        return x - sigma * output
    return x / (sigma**2 + 1) - output * sigma / (sigma**2 + 1) ** 0.5


def run_euler_a_karras(config, guided, start):
    """Ancestral sampling, Karras et al. 2022 in k-diffusion's form."""
    sigmas, timesteps = euler_karras(config)
    x, latents = start, []
    for i, t in enumerate(timesteps):
        here, there = float(sigmas[i]), float(sigmas[i + 1])
        guess = denoised(config, x, guided(x / (here**2 + 1) ** 0.5, t), here)
        up = min(there, (there**2 * (here**2 - there**2) / here**2) ** 0.5)
        down = (there**2 - up**2) ** 0.5
        x = x + (x - guess) / here * (down - here) + noise(i + 1) * up
        latents.append(x)
    return latents


def run_ddim_karras(config, guided, start):
    """Song et al. 2020, equation 12 with sigma 0, between alphas 1 / (1 + sigma^2)."""
    sigmas, timesteps = euler_karras(config)
    x, latents = start, []
    for i, t in enumerate(timesteps):
        alpha, next_alpha = 1 / (1 + sigmas[i] ** 2), 1 / (1 + sigmas[i + 1] ** 2)
        output = guided(x, t)
        if config["prediction_type"] == "epsilon":
            eps = output
            guess = (x - (1 - alpha) ** 0.5 * eps) / alpha**0.5
        else:
            eps = alpha**0.5 * output + (1 - alpha) ** 0.5 * x
            guess = alpha**0.5 * x - (1 - alpha) ** 0.5 * output
        if config["clip_sample"]:
            guess = guess.clamp(-config["clip_sample_range"], config["clip_sample_range"])
        x = next_alpha**0.5 * guess + (1 - next_alpha) ** 0.5 * eps
        latents.append(x)
    return latents


def start_scale(config, sampler, schedule):
    """init_noise_sigma of the scheduler whose variables the sampler's latents are in."""
    if sampler in ("ddim", "dpmpp_2m"):
        return 1.0
    karras = {"use_karras_sigmas": True} if schedule == "karras" else {}
    scheduler = EulerDiscreteScheduler.from_config(config, **karras)
    scheduler.set_timesteps(STEPS)
    return float(scheduler.init_noise_sigma)


def assert_same_latents(ours, theirs):
    """1e-4, and more only for latents beyond what a trained model leads to (no more than 20)."""
    assert len(theirs) == STEPS and f"latents_{STEPS + 1}" not in ours
    for i, latent in enumerate(theirs):
        difference = float((torch.from_numpy(ours[f"latents_{i + 1}"]) - latent).abs().max())
        assert difference <= max(1e-4, 5e-6 * float(latent.abs().max())), f"after step {i + 1}"


@pytest.mark.parametrize("config", CONFIGS)
@pytest.mark.parametrize("schedule", ["normal", "karras"])
@pytest.mark.parametrize("sampler", CLASSES)
def test_every_step_equals_the_reference(sampler, schedule, config, network, tmp_path, monkeypatch):
    folder, unet = network
    config = CONFIGS[config]
    model = with_config(folder, config)
    start = noise(0) * start_scale(config, sampler, schedule)
    ours = render(model, tmp_path, latents=start.numpy(), prompt="a red apple", negative="blue", steps=STEPS,
                  guidance=GUIDANCE, sampler=sampler, schedule=schedule, seed=SEED)
    guided = denoiser(unet, ours)
    if schedule == "karras" and sampler == "euler_a":
        theirs = run_euler_a_karras(config, guided, start)
    elif schedule == "karras" and sampler == "ddim":
        theirs = run_ddim_karras(config, guided, start)
    else:
        karras = {"use_karras_sigmas": True} if schedule == "karras" else {}
        theirs = run_diffusers(CLASSES[sampler].from_config(config, **karras), guided, start, monkeypatch)
    assert_same_latents(ours, theirs)


@pytest.mark.parametrize("schedule", ["normal", "karras"])
@pytest.mark.parametrize("sampler", CLASSES)
def test_the_start_is_seeded_noise_times_the_first_sigma(sampler, schedule, network, tmp_path):
    folder, _ = network
    ours = render(with_config(folder, DEMO), tmp_path, prompt="fox", steps=STEPS, sampler=sampler, schedule=schedule,
                  seed=SEED)
    expected = noise(0).numpy() * start_scale(DEMO, sampler, schedule)
    assert np.abs(ours["latents_0"] - expected).max() <= 1e-5 * np.abs(expected).max()


def test_the_generator_has_the_published_values():
    """Seed 0 of torch.randn on NVIDIA GPUs, as other programs print it."""
    expected = [-0.92466259, -0.42534415, -2.6438457, 0.14518388, -0.12086647, -0.57972564, -0.62285122, -0.32838709,
                -1.07454231, -0.36314407, -1.67105067, 2.26550497]
    assert np.abs(philox_normals(0, 0, 12) - np.array(expected, np.float32)).max() <= 1e-6
