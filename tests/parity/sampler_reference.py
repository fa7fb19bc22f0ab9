"""What every sampler must do, from diffusers' schedulers where it has them and else from the published formula.

`Reference(config, sampler, schedule, steps, skipped)` follows one picture in whatever precision its start has: `run(start,
model, noise)` returns the latent after each step. `model(x, timestep)` is the denoiser (x scaled already), `noise(call)`
the unit noise of the denoiser's call number `call`, from 1. The first `skipped` steps are left out, as for a picture that
begins with another: diffusers' schedulers are told so by their begin index. Two of them go wrong there, so they are given
the rest of their schedule instead: LMS, which takes weights of four slopes when it has one, and PNDM, which skips a
timestep.

diffusers lacks dpmpp_2s_a, dpmpp_3m_sde, the sgm_uniform schedule, and the schedules that spread sigmas for samplers that
it runs between alphas or ancestrally. These are written here in k-diffusion's form, on the sigmas of diffusers' Euler (or,
for dpmpp_3m_sde, of its multistep solver).
"""

import copy
import math
import sys

import numpy as np
import torch
from diffusers import (DDIMScheduler, DDPMScheduler, DEISMultistepScheduler, DPMSolverMultistepScheduler,
                       DPMSolverSDEScheduler, EulerAncestralDiscreteScheduler, EulerDiscreteScheduler,
                       HeunDiscreteScheduler, KDPM2AncestralDiscreteScheduler, KDPM2DiscreteScheduler, LCMScheduler,
                       LMSDiscreteScheduler, PNDMScheduler, UniPCMultistepScheduler)

SPREADS = {"karras": "use_karras_sigmas", "exponential": "use_exponential_sigmas", "beta": "use_beta_sigmas"}
SCHEDULES = ("normal", *SPREADS, "sgm_uniform", "trailing")
SPREADING = {
    "euler": (EulerDiscreteScheduler, {}),
    "heun": (HeunDiscreteScheduler, {}),
    "dpm2": (KDPM2DiscreteScheduler, {}),
    "dpm2_a": (KDPM2AncestralDiscreteScheduler, {}),
    "lms": (LMSDiscreteScheduler, {}),
    "dpmpp_2m": (DPMSolverMultistepScheduler, {"algorithm_type": "dpmsolver++", "solver_order": 2}),
    "dpmpp_2m_sde": (DPMSolverMultistepScheduler, {"algorithm_type": "sde-dpmsolver++", "solver_order": 2}),
    "dpmpp_sde": (DPMSolverSDEScheduler, {}),
    "unipc": (UniPCMultistepScheduler, {"solver_order": 2, "solver_type": "bh2"}),
    "deis": (DEISMultistepScheduler, {"solver_order": 2, "algorithm_type": "deis", "solver_type": "logrho"}),
}
EVEN = {
    "euler_a": (EulerAncestralDiscreteScheduler, {}),
    "ddim": (DDIMScheduler, {}),
    "ddpm": (DDPMScheduler, {}),
    "lcm": (LCMScheduler, {}),
    "plms": (PNDMScheduler, {"skip_prk_steps": True}),
}
SAMPLERS = (*SPREADING, *EVEN, "dpmpp_2s_a", "dpmpp_3m_sde")
TWO_CALLS = ("heun", "dpm2", "dpm2_a", "dpmpp_2s_a", "dpmpp_sde")
UNSCALED = ("euler", "euler_a", "lms", *TWO_CALLS)
MULTISTEP = ("dpmpp_2m", "dpmpp_2m_sde", "unipc", "deis")
NO_SAMPLE_PREDICTION = ("euler_a", "dpm2", "dpm2_a", "dpmpp_sde", "plms")  # In diffusers.


def takes(sampler, schedule):
    return sampler != "plms" or schedule in ("normal", "trailing")


def calls_of(sampler, steps):
    if sampler == "plms":
        return steps + (steps > 1)
    return 2 * steps - 1 if sampler in TWO_CALLS else steps


def ends_step(sampler, call, steps):
    """Whether call number `call` (from 0) is the last of a step."""
    if sampler == "plms":
        return call > 0 or steps == 1
    return sampler not in TWO_CALLS or call % 2 == 1 or call == 2 * steps - 2


def make(cls, extra, config, schedule, steps):
    options = {SPREADS[schedule]: True} if schedule in SPREADS else {}
    if schedule == "trailing":
        options["timestep_spacing"] = "trailing"
    scheduler = cls.from_config(config, **extra, **options)
    scheduler.set_timesteps(steps)
    if hasattr(scheduler, "set_begin_index"):
        scheduler.set_begin_index(0)  # Else it would skip a step where timesteps repeat.
    return scheduler


def training_sigmas(config):
    alphas = EulerDiscreteScheduler.from_config(config).alphas_cumprod
    return (((1 - alphas) / alphas) ** 0.5).numpy()


def sgm_uniform(config, steps):
    """ComfyUI's: sigmas of the first `steps` of steps + 1 even timesteps, log-linear between whole ones."""
    table = np.log(training_sigmas(config).astype(np.float64))
    timesteps = np.linspace(len(table) - 1, 0, steps + 1)[:-1]
    return np.exp(np.interp(timesteps, np.arange(len(table)), table)).astype(np.float32), timesteps


class Reference:
    def __init__(self, config, sampler, schedule, steps, skipped=0):
        self.config, self.sampler, self.schedule, self.steps = config, sampler, schedule, steps
        self.skipped = skipped
        self.prediction = config.get("prediction_type", "epsilon")
        self.schedulers = {}
        known = sampler in SPREADING and schedule != "sgm_uniform" or (
            sampler in EVEN and schedule in (("normal", ) if sampler == "lcm" else ("normal", "trailing")))
        if sampler == "dpm2_a" and config.get("beta_schedule") == "squaredcos_cap_v2":
            known = False  # Between such sigmas the fp32 of diffusers loses how far an ancestral step descends.
        if self.prediction == "sample" and sampler in NO_SAMPLE_PREDICTION:
            known = sampler == "plms"  # run() hands it the noise that the picture leaves.
        self.uses_diffusers = known or sampler in MULTISTEP

    def start_scale(self):
        """init_noise_sigma of the scheduler whose variables the sampler's latents are in."""
        if self.sampler not in UNSCALED:
            return 1.0
        scheduler = make(EulerDiscreteScheduler, {}, self.config | {"final_sigmas_type": "zero"}, self.schedule, self.steps)
        if self.schedule != "sgm_uniform":
            return float(scheduler.init_noise_sigma)
        largest = float(sgm_uniform(self.config, self.steps)[0].max())
        return math.sqrt(largest**2 + 1) if self.config.get("timestep_spacing") == "leading" else largest

    def run(self, start, model, noise):
        if self.uses_diffusers:
            return self._run_diffusers(start, model, noise)
        if self.sampler in UNSCALED:
            return self._run_unscaled(start, model, noise)
        if self.sampler == "dpmpp_3m_sde":
            return self._run_3m_sde(start, model, noise)
        return self._run_between_alphas(start, model, noise)

    def begins(self):
        """Signal and noise in the latent that the first step sees."""
        if self.uses_diffusers and self.schedule != "sgm_uniform" and self.sampler != "plms":
            scheduler, timesteps = self._from_the_middle(self._scheduler(torch.float64))
            if self.sampler == "lms":
                return 1.0, float(scheduler.sigmas[0])
            ones = torch.ones(1, dtype=torch.float64)
            return tuple(float(scheduler.add_noise(*pair, timesteps[:1]))
                         for pair in ((ones, 0 * ones), (0 * ones, ones)))
        if self.sampler == "plms":
            timesteps = self._from_the_middle(self._scheduler(torch.float64))[1]
            alpha = float(self._scheduler(torch.float64).alphas_cumprod[int(timesteps[0])])
            return alpha**0.5, (1 - alpha)**0.5
        sigmas = self._multistep_stops() if self.sampler in (*MULTISTEP, "dpmpp_3m_sde") else self._euler_stops()
        sigma = sigmas[0][0]
        return (1.0, sigma) if self.sampler in UNSCALED else (1 / (sigma**2 + 1)**0.5, sigma / (sigma**2 + 1)**0.5)

    def _from_the_middle(self, scheduler):
        """A fresh scheduler, ready to begin there, and the timesteps that are left."""
        if self.sampler == "plms":
            rest = scheduler.timesteps[self.skipped + 1:] if self.skipped else scheduler.timesteps
            if self.skipped and len(rest) > 1:
                rest = torch.cat([rest[:2], rest[1:]])
            return scheduler, rest
        if self.sampler == "lms":
            scheduler.sigmas = scheduler.sigmas[self.skipped:]
            scheduler.timesteps = scheduler.timesteps[self.skipped:]
            return scheduler, scheduler.timesteps
        first = self.skipped * scheduler.order
        if hasattr(scheduler, "set_begin_index"):
            scheduler.set_begin_index(first)
        return scheduler, scheduler.timesteps[first:]

    # diffusers' own.

    def _scheduler(self, dtype):
        if dtype not in self.schedulers:
            self.schedulers[dtype] = self._make_scheduler(dtype)
        return copy.deepcopy(self.schedulers[dtype])

    def _make_scheduler(self, dtype):
        cls, extra = (SPREADING | EVEN)[self.sampler]
        config = self.config
        if self.sampler == "plms" and self.prediction == "sample":
            config = config | {"prediction_type": "epsilon"}
        scheduler = make(cls, extra, config, self.schedule, self.steps)
        if self.schedule == "sgm_uniform":
            sigmas, timesteps = sgm_uniform(self.config, self.steps)
            scheduler.sigmas = torch.from_numpy(np.append(sigmas, scheduler.sigmas[-1].numpy()))
            scheduler.timesteps = torch.from_numpy(timesteps)
        if dtype == torch.float64 and self.sampler != "euler_a":  # Its rounding is part of it.
            for name in ("sigmas", "alphas_cumprod", "final_alpha_cumprod"):
                if hasattr(scheduler, name):
                    setattr(scheduler, name, getattr(scheduler, name).double())
        return scheduler

    def _run_diffusers(self, x, model, noise):
        scheduler, timesteps = self._from_the_middle(self._scheduler(x.dtype))
        call = 0
        module = sys.modules[type(scheduler).__module__]
        before = getattr(module, "randn_tensor", None)
        module.randn_tensor = lambda *args, **kwargs: noise(call + 1).to(x.dtype)
        latents = []
        try:
            for call, t in enumerate(timesteps):
                output = model(scheduler.scale_model_input(x, t), t)
                if self.sampler == "plms" and self.prediction == "sample":
                    alpha = float(scheduler.alphas_cumprod[t])
                    output = (x - alpha**0.5 * output) / (1 - alpha)**0.5
                if self.sampler == "dpmpp_sde":
                    scheduler.noise_sampler = lambda *args: noise(call + 1).to(x.dtype)
                x = scheduler.step(output, t, x).prev_sample
                if ends_step(self.sampler, call, self.steps - self.skipped):
                    latents.append(x)
        finally:
            module.randn_tensor = before
        return latents

    # Formulas on unscaled latents, picture + sigma * noise.

    def _euler_stops(self):
        sigmas, timesteps = self._all_euler_stops()
        return sigmas[self.skipped:], timesteps[self.skipped:]

    def _all_euler_stops(self):
        if self.schedule == "sgm_uniform":
            sigmas, timesteps = sgm_uniform(self.config, self.steps)
            return [*map(float, sigmas), 0.0], [*map(float, timesteps)]
        config = self.config | {"final_sigmas_type": "zero"}
        scheduler = make(EulerDiscreteScheduler, {}, config, self.schedule, self.steps)
        timesteps = scheduler.timesteps.double()
        if self.sampler in ("dpm2", "dpm2_a") and self.schedule == "karras":
            timesteps = timesteps.round()
        return scheduler.sigmas.double().tolist(), timesteps.tolist()

    def _timestep_of(self, sigma):
        scheduler = EulerDiscreteScheduler.from_config(self.config)
        return float(scheduler._sigma_to_t(np.array(sigma), np.log(training_sigmas(self.config))))

    def _denoised(self, x, output, sigma):
        if self.prediction == "sample":
            return output
        if self.prediction == "epsilon":
            return x - sigma * output
        return x / (sigma**2 + 1) - output * sigma / (sigma**2 + 1)**0.5

    def _run_unscaled(self, x, model, noise):
        sigmas, timesteps = self._euler_stops()
        if self.sampler == "euler" and self.config.get("final_sigmas_type") == "sigma_min":
            sigmas[-1] = float(training_sigmas(self.config)[0])
        calls = 0

        def guess(x, sigma, t):
            nonlocal calls
            calls += 1
            output = model(x / (sigma**2 + 1)**0.5, torch.tensor(t))
            denoised = self._denoised(x, output, sigma)
            if self.sampler == "heun" and self.config.get("clip_sample"):
                limit = self.config.get("clip_sample_range", 1.0)
                denoised = denoised.clamp(-limit, limit)
            return denoised

        latents, slopes = [], []
        for i, t in enumerate(timesteps):
            here, there = sigmas[i], sigmas[i + 1]
            denoised = guess(x, here, t)
            slope = (x - denoised) / here
            down, up = descent(here, there, rounded=self.sampler == "euler_a")
            if self.sampler == "euler":
                x = x + slope * (there - here)
            elif self.sampler == "euler_a":
                x = x + slope * (down - here) + noise(calls) * up
            elif self.sampler == "lms":
                slopes = [slope, *slopes[:3]]
                x = x + sum(lagrange_integral(sigmas, i, j, len(slopes)) * d for j, d in enumerate(slopes))
            elif there == 0:
                x = denoised
            elif self.sampler == "heun":
                second = x + slope * (there - here)
                second_slope = (second - guess(second, there, timesteps[i + 1])) / there
                x = x + (there - here) * (slope + second_slope) / 2
            elif self.sampler in ("dpm2", "dpm2_a"):
                to, rise = (there, 0.0) if self.sampler == "dpm2" else (down, up)
                mid = math.exp((math.log(here) + math.log(to)) / 2)
                second = x + slope * (mid - here)
                second_slope = (second - guess(second, mid, self._timestep_of(mid))) / mid
                x = x + second_slope * (to - here) + noise(calls) * rise
            elif self.sampler == "dpmpp_2s_a":
                h = math.log(here) - math.log(down)
                mid = math.exp(math.log(here) - h / 2)
                second = mid / here * x - math.expm1(-h / 2) * denoised
                x = down / here * x - math.expm1(-h) * guess(second, mid, self._timestep_of(mid)) + noise(calls) * up
            else:
                x = self._dpmpp_sde_step(x, denoised, here, there, guess, noise, calls)
            latents.append(x)
        return latents

    def _dpmpp_sde_step(self, x, denoised, here, there, guess, noise, calls):
        mid = math.exp((math.log(here) + math.log(there)) / 2)
        down, up = descent(here, mid)
        second = down / here * x - math.expm1(math.log(down) - math.log(here)) * denoised + noise(calls) * up
        denoised = guess(second, mid, self._timestep_of(mid))
        down, up = descent(here, there)
        return down / here * x - math.expm1(math.log(down) - math.log(here)) * denoised + noise(calls + 1) * up

    # Formulas on latents of unit variance.

    def _multistep_stops(self):
        scheduler = make(DPMSolverMultistepScheduler, {"algorithm_type": "dpmsolver++", "solver_order": 2}, self.config,
                         self.schedule, self.steps)
        sigmas, timesteps = scheduler.sigmas.double().tolist(), scheduler.timesteps.tolist()
        if self.schedule == "sgm_uniform":
            stops, timesteps = sgm_uniform(self.config, self.steps)
            sigmas = [*map(float, stops), sigmas[-1]]
        return sigmas[self.skipped:], [*timesteps][self.skipped:]

    def _run_3m_sde(self, x, model, noise):
        sigmas, timesteps = self._multistep_stops()
        x = x * (sigmas[0]**2 + 1)**0.5  # k-diffusion's variables.
        latents, guesses, widths = [], [], []
        for i, t in enumerate(timesteps):
            here, there = sigmas[i], sigmas[i + 1]
            denoised = self._denoised(x, model(x / (here**2 + 1)**0.5, torch.tensor(t)), here)
            if there == 0:
                x = denoised
            elif there < here:
                h = math.log(here) - math.log(there)
                x = math.exp(-2 * h) * x - math.expm1(-2 * h) * denoised
                phi_2 = math.expm1(-2 * h) / (2 * h) + 1
                if len(widths) > 1:
                    r0, r1 = widths[0] / h, widths[1] / h
                    d1_0, d1_1 = (denoised - guesses[0]) / r0, (guesses[0] - guesses[1]) / r1
                    d1 = d1_0 + (d1_0 - d1_1) * r0 / (r0 + r1)
                    x = x + phi_2 * d1 - (phi_2 / (2 * h) - 0.5) * (d1_0 - d1_1) / (r0 + r1)
                elif widths:
                    x = x + phi_2 * (denoised - guesses[0]) * h / widths[0]
                x = x + noise(i + 1) * there * (-math.expm1(-2 * h))**0.5
                widths = [h, *widths[:1]]
            guesses = [denoised, *guesses[:1]]
            latents.append(x / (there**2 + 1)**0.5)
        return latents

    def _clamped(self, guess):
        if not self.config.get("clip_sample", self.sampler != "lcm"):
            return guess
        limit = self.config.get("clip_sample_range", 1.0)
        return guess.clamp(-limit, limit)

    def _run_between_alphas(self, x, model, noise):
        """DDIM (Song et al. 2020, equation 12), DDPM (Ho et al. 2020, equation 7), LCM, between 1 / (1 + sigma^2)."""
        sigmas, timesteps = self._euler_stops()
        latents = []
        for i, t in enumerate(timesteps):
            alpha, after = 1 / (1 + sigmas[i]**2), 1 / (1 + sigmas[i + 1]**2)
            output = model(x, torch.tensor(t))
            if self.prediction == "epsilon":
                eps, guess = output, (x - (1 - alpha)**0.5 * output) / alpha**0.5
            elif self.prediction == "sample":
                eps, guess = (x - alpha**0.5 * output) / (1 - alpha)**0.5, output
            else:
                eps = alpha**0.5 * output + (1 - alpha)**0.5 * x
                guess = alpha**0.5 * x - (1 - alpha)**0.5 * output
            guess = self._clamped(guess)
            last = i + 1 == len(timesteps)
            if self.sampler == "ddim":
                x = after**0.5 * guess + (1 - after)**0.5 * eps
            elif self.sampler == "lcm":
                scaled = t * self.config.get("timestep_scaling", 10.0)
                guess = scaled / (scaled**2 + 0.25)**0.5 * guess + 0.25 / (scaled**2 + 0.25) * x
                x = guess if last else after**0.5 * guess + (1 - after)**0.5 * noise(i + 1)
            else:
                beta = 1 - alpha / after
                x = after**0.5 * beta / (1 - alpha) * guess + (1 - beta)**0.5 * (1 - after) / (1 - alpha) * x
                large = str(self.config.get("variance_type")).startswith("fixed_large")
                variance = beta if large else (1 - after) / (1 - alpha) * beta
                if t > 0:
                    x = x + variance**0.5 * noise(i + 1)
            latents.append(x)
        return latents


def descent(here, there, rounded=False):
    """How far an ancestral step goes down, and up again by noise. Euler a's is worked out in fp32."""
    if rounded:
        here2, there2 = np.float32(here)**2, np.float32(there)**2
        up = (there2 * (here2 - there2) / here2)**0.5
        return float(max(there2 - up**2, 0)**0.5), float(up)
    return there**2 / here, (there**2 * (here**2 - there**2) / here**2)**0.5


def lagrange_integral(sigmas, i, j, order):
    """Of the polynomial that is 1 at sigma i - j and 0 at the others of the last `order`, over step i; by its roots."""
    roots = [sigmas[i - k] for k in range(order) if k != j]
    integral = np.polynomial.Polynomial.fromroots(roots).integ() if roots else np.polynomial.Polynomial([0, 1])
    scale = math.prod(sigmas[i - j] - root for root in roots)
    return float(integral(sigmas[i + 1]) - integral(sigmas[i])) / scale
