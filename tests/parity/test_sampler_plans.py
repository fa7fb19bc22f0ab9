"""Every pair of sampler and schedule, in double precision, against diffusers and the published formulas.

`gotong-renderer plan` prints what a sampler does at each call as weights; here these are followed in numpy's place by
torch.float64, with stub models instead of a network. Two stubs: one answers the same whatever it sees, so that nothing
but the steps' own arithmetic is compared; the other depends smoothly on latent and timestep.
"""

import json
import subprocess

import pytest
import torch

from renderer import RENDERER
from sampler_reference import SAMPLERS, SCHEDULES, Reference, calls_of, ends_step, takes

SHAPE = (1, 4, 4, 4)
STEPS = 20
BASE = {"_class_name": "DDIMScheduler", "num_train_timesteps": 1000, "beta_start": 0.00085, "beta_end": 0.012,
        "beta_schedule": "scaled_linear", "clip_sample": False, "set_alpha_to_one": False}
CONFIGS = {
    "as stable diffusion": BASE | {"timestep_spacing": "leading", "steps_offset": 1},
    "no spacing, v": BASE | {"prediction_type": "v_prediction"},
    "trailing, sample": BASE | {"timestep_spacing": "trailing", "prediction_type": "sample"},
    "ends at sigma_min, clipped": BASE | {"trained_betas": [1e-4 + 2e-5 * i for i in range(1000)], "clip_sample": True,
                                          "final_sigmas_type": "sigma_min", "clip_sample_range": 1.5,
                                          "set_alpha_to_one": True, "variance_type": "fixed_large"},
    "cosine, linspace, v": BASE | {"beta_schedule": "squaredcos_cap_v2", "timestep_spacing": "linspace",
                                   "lambda_min_clipped": -5.1, "prediction_type": "v_prediction"},
}
PAIRS = [(sampler, schedule) for sampler in SAMPLERS for schedule in SCHEDULES if takes(sampler, schedule)]
# lambda_min_clipped with trailing timesteps gives fewer steps than asked for; here it is refused.
REFUSED = {("cosine, linspace, v", sampler, "trailing") for sampler in ("dpmpp_2m", "dpmpp_2m_sde", "dpmpp_3m_sde")}
CASES = [(name, *pair) for name in CONFIGS for pair in PAIRS if (name, *pair) not in REFUSED]
FEW_STEPS = (1, 2, 15)
# (steps, skipped): a picture that begins with another makes the last of the steps alone.
TAILS = ((STEPS, 8), (12, 10), (3, 2))

# numpy's, once for each number that diffusers converts.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def ask_for_plans(requests):
    """`requests`: (config, sampler, schedule, steps, skipped). The answers are lines in the same order."""
    keys = ("scheduler", "sampler", "schedule", "steps", "skipped")
    lines = "".join(json.dumps(dict(zip(keys, request))) + "\n" for request in requests)
    return subprocess.run([RENDERER, "plan"], input=lines, capture_output=True, text=True)


@pytest.fixture(scope="module")
def plans():
    wanted = [(*case, STEPS, 0) for case in CASES]
    wanted += [("as stable diffusion", *pair, steps, 0) for pair in PAIRS for steps in FEW_STEPS]
    wanted += [(*case, *tail) for case in CASES for tail in TAILS]
    done = ask_for_plans([(CONFIGS[name], *rest) for name, *rest in wanted])
    assert done.returncode == 0, done.stderr
    return dict(zip(wanted, map(json.loads, done.stdout.splitlines()), strict=True))


def follow(plan, x, model, noise):
    """The latent after each step, as docs/samplers.md says a plan is followed."""
    anchor, kept, latents = None, [], []
    for number, call in enumerate(plan["evaluations"]):
        output = model(x * call["input_scale"], torch.tensor(call["timestep"], dtype=torch.float64))
        denoised = call["from_latent"] * x + call["from_output"] * output
        if plan["clamp_denoised"] > 0:
            denoised = denoised.clamp(-plan["clamp_denoised"], plan["clamp_denoised"])

        def mixed(mix):
            terms = [(mix["latent"], x), (mix["anchor"], anchor), (mix["output"], output), (mix["denoised"], denoised),
                     *zip(mix["kept"], kept)]
            total = sum(weight * term for weight, term in terms if weight != 0)
            return total + mix["noise"] * noise(number + 1) if mix["noise"] != 0 else total

        following, remembered = mixed(call["next"]), mixed(call["keep"])
        anchor = mixed(call["anchor"]) if "anchor" in call else anchor
        x, kept = following, [remembered, *kept]
        if call["ends_step"]:
            latents.append(x)
    return latents


def seeded(seed):
    return torch.randn(SHAPE, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def noise(call):
    return seeded(1000 + call)


def smooth_model(x, t):
    t = t.double()
    return 0.6 * torch.tanh(x) + 0.2 * x * torch.cos(t / 300) + 0.3 * torch.sin(t / 100)


def deaf_model():
    """Another answer at each call, whatever it is asked."""
    calls = iter(range(10_000))
    return lambda x, t: seeded(next(calls))


def difference(ours, theirs):
    """Relative to the largest value of the trajectory."""
    assert len(ours) == len(theirs)
    largest = max(float(latent.abs().max()) for latent in theirs)
    assert largest > 0
    return max(float((a - b).abs().max()) for a, b in zip(ours, theirs)) / largest


def check(plan, config, sampler, schedule, steps, skipped=0):
    reference = Reference(config, sampler, schedule, steps, skipped)
    made = steps - skipped
    assert len(plan["evaluations"]) == calls_of(sampler, made)
    assert [c["ends_step"] for c in plan["evaluations"]] == [
        ends_step(sampler, call, made) for call in range(calls_of(sampler, made))]
    if skipped:
        sees = plan["evaluations"][0]["sees"]
        assert (sees["signal"], sees["noise"]) == pytest.approx(reference.begins(), rel=1e-6)
        start = sees["signal"] * seeded(2) + sees["noise"] * seeded(1)
    else:
        assert plan["init_noise_sigma"] == pytest.approx(reference.start_scale(), rel=1e-6)
        start = seeded(1) * plan["init_noise_sigma"]
    steps_apart = difference(follow(plan, start, deaf_model(), noise), reference.run(start, deaf_model(), noise))
    # The reference keeps its sigmas in fp32, and the latent that a tail begins with is smaller beside them.
    assert steps_apart <= (2e-6 if skipped else 1e-6)
    trajectories_apart = difference(follow(plan, start, smooth_model, noise), reference.run(start, smooth_model, noise))
    assert trajectories_apart <= 1e-5


@pytest.mark.parametrize("name, sampler, schedule", CASES)
def test_twenty_steps_equal_the_reference(name, sampler, schedule, plans):
    check(plans[name, sampler, schedule, STEPS, 0], CONFIGS[name], sampler, schedule, STEPS)


@pytest.mark.parametrize("steps", FEW_STEPS)
@pytest.mark.parametrize("sampler, schedule", PAIRS)
def test_few_steps_equal_the_reference(sampler, schedule, steps, plans):
    check(plans["as stable diffusion", sampler, schedule, steps, 0], CONFIGS["as stable diffusion"], sampler, schedule,
          steps)


@pytest.mark.parametrize("steps, skipped", TAILS)
@pytest.mark.parametrize("name, sampler, schedule", CASES)
def test_the_rest_of_the_way_equals_the_reference(name, sampler, schedule, steps, skipped, plans):
    check(plans[name, sampler, schedule, steps, skipped], CONFIGS[name], sampler, schedule, steps, skipped)


@pytest.mark.parametrize("name, sampler, schedule", sorted(REFUSED))
def test_what_would_take_fewer_steps_is_refused_by_name(name, sampler, schedule):
    done = ask_for_plans([(CONFIGS[name], sampler, schedule, STEPS, 0)])
    assert done.returncode == 2 and "lambda_min_clipped" in done.stderr
