// One function for each kind of sampler; make_plan (plan.h) has checked what they are given.
// `schedule` is never trailing here: that is the normal schedule of a config with that spacing.
// Rules about few steps speak of all of the way; what goes by the first step, of the stretch's.
#pragma once

#include "worker/engine/sample/plan.h"
#include "worker/engine/sample/stops.h"

namespace gotong::engine {

// The evaluation that guesses the picture from an unscaled latent (picture + sigma * noise).
Evaluation unscaled_evaluation(PredictionKind prediction, double timestep, double sigma);

// The same from a latent of unit variance (signal * picture + noise * noise).
Evaluation unit_evaluation(PredictionKind prediction, double timestep, double signal, double noise);

// A stop's shares in a latent of unit variance.
Shares shares_of(double sigma);

// With fewer steps diffusers' multistep solvers end with a step of first order (lower_order_final).
inline constexpr int kFewSteps = 15;

// init_noise_sigma of diffusers' schedulers that work on unscaled latents.
double unscaled_start(const SchedulerConfig& config, const Stops& stops);

// An ancestral step goes further down than to the next sigma and comes up again by fresh noise.
struct Descent {
    double down;
    double up;
};

// In fp32, as diffusers' Euler a works them out: `down` is there a difference of close numbers, and
// with few steps its rounding is larger than all of the engine's together. Not below 0.
Descent rounded_descent(double from, double to);
// The same formula, exactly: down is to^2 / from.
Descent exact_descent(double from, double to);

Plan euler_plan(const SchedulerConfig& config, ScheduleKind schedule, const Stretch& stretch);
Plan euler_a_plan(const SchedulerConfig& config, ScheduleKind schedule, const Stretch& stretch);
Plan lms_plan(const SchedulerConfig& config, ScheduleKind schedule, const Stretch& stretch);

Plan heun_plan(const SchedulerConfig& config, ScheduleKind schedule, const Stretch& stretch);
Plan dpm2_plan(const SchedulerConfig& config, ScheduleKind schedule, const Stretch& stretch);
Plan dpm2_a_plan(const SchedulerConfig& config, ScheduleKind schedule, const Stretch& stretch);
Plan dpmpp_2s_a_plan(const SchedulerConfig& config, ScheduleKind schedule, const Stretch& stretch);
Plan dpmpp_sde_plan(const SchedulerConfig& config, ScheduleKind schedule, const Stretch& stretch);

Plan dpmpp_2m_plan(const SchedulerConfig& config, ScheduleKind schedule, const Stretch& stretch);
Plan dpmpp_2m_sde_plan(const SchedulerConfig& config, ScheduleKind schedule,
                       const Stretch& stretch);
Plan dpmpp_3m_sde_plan(const SchedulerConfig& config, ScheduleKind schedule,
                       const Stretch& stretch);
Plan unipc_plan(const SchedulerConfig& config, ScheduleKind schedule, const Stretch& stretch);
Plan deis_plan(const SchedulerConfig& config, ScheduleKind schedule, const Stretch& stretch);

Plan ddim_plan(const SchedulerConfig& config, ScheduleKind schedule, const Stretch& stretch);
Plan ddpm_plan(const SchedulerConfig& config, ScheduleKind schedule, const Stretch& stretch);
Plan lcm_plan(const SchedulerConfig& config, ScheduleKind schedule, const Stretch& stretch);
Plan plms_plan(const SchedulerConfig& config, ScheduleKind schedule, const Stretch& stretch);

}  // namespace gotong::engine
