// Samplers that ask the denoiser twice a step, on unscaled latents. The anchor is the latent that
// the step began with. All end like Euler's method: the step to no noise needs one call.
#include <cmath>

#include "worker/engine/sample/plans.h"
#include "worker/engine/sample/sigmas.h"

namespace gotong::engine {
namespace {

// A step's two sigmas, and what the kinds differ in.
struct TwoCalls {
    double from;
    double to;
    double timestep;
};

// To what the latent points: all the way or part of it. Leads to sigma `to`.
Evaluation straight(const SchedulerConfig& config, const TwoCalls& step, double to) {
    auto evaluation = unscaled_evaluation(config.prediction, step.timestep, step.from);
    evaluation.next = {.latent = to / step.from, .denoised = 1 - to / step.from};
    return evaluation;
}

// The first call of a step: goes to `to`, where the second is made.
Evaluation first_call(const SchedulerConfig& config, const TwoCalls& step, double to) {
    auto evaluation = straight(config, step, to);
    evaluation.anchor = Mix{.latent = 1};
    evaluation.ends_step = false;
    return evaluation;
}

// Steps through all stops; `two` adds the evaluations of a step that does not end at no noise.
template <class AddTwo>
Plan two_calls_plan(const SchedulerConfig& config, const Stops& stops, AddTwo two) {
    Plan plan{.init_noise_sigma = unscaled_start(config, stops)};
    for (std::size_t i = 0; i < stops.steps(); ++i) {
        const TwoCalls step{stops.sigmas[i], stops.sigmas[i + 1], stops.timesteps[i]};
        if (step.to == 0)
            plan.evaluations.push_back(straight(config, step, 0));
        else
            two(plan, step);
    }
    return plan;
}

// From the anchor along the slope at sigma `middle` down to `down`, then up by noise.
Evaluation midpoint_call(const SchedulerConfig& config, const SigmaTable& table,
                         const TwoCalls& step, double middle, const Descent& descent) {
    auto evaluation =
        unscaled_evaluation(config.prediction, to_fp32(table.timestep_of(middle)), middle);
    const double slope = (descent.down - step.from) / middle;
    evaluation.next = {.latent = slope, .anchor = 1, .denoised = -slope, .noise = descent.up};
    return evaluation;
}

// From the anchor towards what was guessed at sigma `middle`, in the logarithm of sigma.
Evaluation exponential_call(const SchedulerConfig& config, const SigmaTable& table,
                            const TwoCalls& step, double middle, const Descent& descent) {
    auto evaluation =
        unscaled_evaluation(config.prediction, to_fp32(table.timestep_of(middle)), middle);
    const double rest = descent.down / step.from;
    evaluation.next = {.anchor = rest, .denoised = 1 - rest, .noise = descent.up};
    return evaluation;
}

// diffusers' KDPM2 schedulers round Karras timesteps, though not those half way.
Stops dpm2_stops(const SchedulerConfig& config, ScheduleKind schedule, const Stretch& stretch) {
    Stops stops = unscaled_stops(config, schedule, stretch);
    if (schedule == ScheduleKind::karras)
        for (double& t : stops.timesteps) t = std::nearbyint(t);
    return stops;
}

}  // namespace

// The mean of the slopes at both ends of the step.
Plan heun_plan(const SchedulerConfig& config, ScheduleKind schedule, const Stretch& stretch) {
    const Stops stops = unscaled_stops(config, schedule, stretch);
    std::size_t next = 0;  // The stop that a step leads to: its timestep is the second call's.
    auto plan = two_calls_plan(config, stops, [&](Plan& to, const TwoCalls& step) {
        auto first = first_call(config, step, step.to);
        first.keep = {.latent = 1 / step.from, .denoised = -1 / step.from};
        auto second = unscaled_evaluation(config.prediction, stops.timesteps[++next], step.to);
        const double half = (step.to - step.from) / 2;
        second.next = {.latent = half / step.to, .anchor = 1, .denoised = -half / step.to};
        second.next.kept = {half};
        to.evaluations.push_back(first);
        to.evaluations.push_back(second);
    });
    if (config.clip_sample.value_or(false)) plan.clamp_denoised = config.clip_sample_range;
    return plan;
}

Plan dpm2_plan(const SchedulerConfig& config, ScheduleKind schedule, const Stretch& stretch) {
    const SigmaTable table(config);
    const Stops stops = dpm2_stops(config, schedule, stretch);
    return two_calls_plan(config, stops, [&](Plan& plan, const TwoCalls& step) {
        const double middle = std::sqrt(step.from * step.to);
        plan.evaluations.push_back(first_call(config, step, middle));
        plan.evaluations.push_back(midpoint_call(config, table, step, middle, {step.to, 0}));
    });
}

Plan dpm2_a_plan(const SchedulerConfig& config, ScheduleKind schedule, const Stretch& stretch) {
    const SigmaTable table(config);
    const Stops stops = dpm2_stops(config, schedule, stretch);
    return two_calls_plan(config, stops, [&](Plan& plan, const TwoCalls& step) {
        const Descent descent = exact_descent(step.from, step.to);
        const double middle = std::sqrt(step.from * descent.down);
        plan.evaluations.push_back(first_call(config, step, middle));
        plan.evaluations.push_back(midpoint_call(config, table, step, middle, descent));
    });
}

Plan dpmpp_2s_a_plan(const SchedulerConfig& config, ScheduleKind schedule, const Stretch& stretch) {
    const SigmaTable table(config);
    const Stops stops = unscaled_stops(config, schedule, stretch);
    return two_calls_plan(config, stops, [&](Plan& plan, const TwoCalls& step) {
        const Descent descent = exact_descent(step.from, step.to);
        const double middle = std::sqrt(step.from * descent.down);
        plan.evaluations.push_back(first_call(config, step, middle));
        plan.evaluations.push_back(exponential_call(config, table, step, middle, descent));
    });
}

// The first call leads to a noisy middle, too, so that both draw.
Plan dpmpp_sde_plan(const SchedulerConfig& config, ScheduleKind schedule, const Stretch& stretch) {
    const SigmaTable table(config);
    const Stops stops = unscaled_stops(config, schedule, stretch);
    return two_calls_plan(config, stops, [&](Plan& plan, const TwoCalls& step) {
        const double middle = std::sqrt(step.from * step.to);
        const Descent halfway = exact_descent(step.from, middle);
        auto first = first_call(config, step, halfway.down);
        first.next.noise = halfway.up;
        plan.evaluations.push_back(first);
        plan.evaluations.push_back(
            exponential_call(config, table, step, middle, exact_descent(step.from, step.to)));
    });
}

}  // namespace gotong::engine
