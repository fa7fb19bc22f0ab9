// What a sampler does at each step, worked out before the first one: plain numbers, no torch.
//
// All four samplers are of one form. With x the latent and m what the denoiser returned for
// input_scale * x at `timestep`,
//
//     denoised = from_latent * x + from_output * m               (clamped where the plan says so)
//     x'       = latent * x + output * m + denoised * denoised + previous * previous denoised
//                + noise * n
//
// so that a sampler is a table of coefficients, worked out in double precision, and the tensors'
// side (sampler.h) is the same for all.
#pragma once

#include <string_view>
#include <vector>

#include "common/result.h"
#include "worker/engine/request/request.h"
#include "worker/engine/sample/schedule.h"

namespace gotong::engine {

struct Step {
    double timestep = 0;  // What the denoiser is told; may be fractional.
    double input_scale = 1;

    double from_latent = 0;
    double from_output = 0;

    double latent = 0;
    double output = 0;
    double denoised = 0;
    double previous = 0;  // Of the step before; 0 in the first.
    double noise = 0;     // 0: the step draws none.
};

struct Plan {
    double init_noise_sigma = 1;  // The start latent is unit noise times this.
    double clamp_denoised = 0;    // Clamp to +- this; 0: leave as it is.
    std::vector<Step> steps;
};

// The normal schedule is diffusers' for the same sampler and config. Karras: diffusers' for Euler
// and DPM++ 2M; Euler a and DDIM, which have none there, take Euler's sigmas and timesteps.
// Errors: invalid_argument on `steps` outside 1 .. config.train_steps().
Result<Plan> make_plan(const SchedulerConfig& config, SamplerKind sampler, ScheduleKind schedule,
                       int steps);

// "euler", "euler_a", "ddim", "dpmpp_2m"; "normal", "karras". Errors name the nearest that exists.
Result<SamplerKind> sampler_from_name(std::string_view name);
Result<ScheduleKind> schedule_from_name(std::string_view name);

}  // namespace gotong::engine
