// Where a sampler stops on its way from noise to picture.
#pragma once

#include <vector>

#include "worker/engine/request/request.h"
#include "worker/engine/sample/plan.h"
#include "worker/engine/sample/schedule.h"

namespace gotong::engine {

// One timestep and one sigma for each step, and the sigma that the last one ends at.
struct Stops {
    std::vector<double> timesteps;
    std::vector<double> sigmas;  // Rounded to fp32, as the reference keeps them.

    std::size_t steps() const { return timesteps.size(); }
};

// Of diffusers' schedulers that work on unscaled latents (Euler, Heun, LMS, KDPM2, DPMSolverSDE):
// fractional timesteps, down to no noise. Schedules other than normal spread out between the first
// and the last sigma of the spacing. Stops that the stretch skips are left out.
Stops unscaled_stops(const SchedulerConfig& config, ScheduleKind schedule, const Stretch& stretch);

// What the multistep solvers (DPM++, UniPC, DEIS) differ in.
struct MultistepRules {
    enum class End { no_noise, smallest, repeats_last };

    bool clips_lambda = false;            // Leaves out what lambda_min_clipped calls too noisy.
    bool keeps_cosine_fractions = false;  // Karras timesteps of cosine betas are cut, not rounded.
    End normal_end = End::no_noise;       // Of the normal, trailing and sgm_uniform schedules...
    End sigma_end = End::no_noise;        // ...and of those that spread sigmas.
};

// Whole timesteps, as the solvers' schedulers in diffusers hand them to the denoiser. Stops that
// the stretch skips are left out.
Stops multistep_stops(const SchedulerConfig& config, ScheduleKind schedule, const Stretch& stretch,
                      const MultistepRules& rules);

// As many timesteps as steps, noisiest first. `linspace` gives fractions.
std::vector<double> spaced_timesteps(const SchedulerConfig& config, SpacingKind spacing, int steps);

// The timesteps that are not noisier than lambda_min_clipped allows: 0 .. the result - 1.
int usable_train_steps(const SchedulerConfig& config);

}  // namespace gotong::engine
