// DPM-Solver++ (Lu et al. 2022), multistep, in data prediction, on latents of unit variance.
#include <cmath>

#include "worker/engine/sample/plans.h"

namespace gotong::engine {
namespace {

Stops dpmpp_stops(const SchedulerConfig& config, ScheduleKind schedule, const Stretch& stretch) {
    using End = MultistepRules::End;
    const End end = config.end_at_sigma_min ? End::smallest : End::no_noise;
    return multistep_stops(config, schedule, stretch,
                           {.clips_lambda = true,
                            .keeps_cosine_fractions = true,
                            .normal_end = end,
                            .sigma_end = end});
}

// The guess at stop i, and the share of the latent and of the guess that a step of first order
// takes. `power` is 1, or 2 where the step burns twice the noise to draw it afresh.
Evaluation first_order(const SchedulerConfig& config, const Stops& stops, std::size_t i,
                       int power) {
    const double from = stops.sigmas[i];
    const double to = stops.sigmas[i + 1];
    const Shares here = shares_of(from);
    const Shares there = shares_of(to);
    auto evaluation =
        unit_evaluation(config.prediction, stops.timesteps[i], here.signal, here.noise);
    const double rest = power == 1 ? to / from : to / from * (to / from);
    evaluation.next.latent = there.noise / here.noise * (power == 1 ? 1 : to / from);
    evaluation.next.denoised = there.signal * (1 - rest);
    if (power == 2) evaluation.next.noise = there.noise * std::sqrt(1 - rest);
    return evaluation;
}

bool ends_in_first_order(const SchedulerConfig& config, int steps) {
    return !config.end_at_sigma_min || config.euler_at_final ||
           (config.lower_order_final && steps < kFewSteps);
}

// Second order by the midpoint rule, from the guess of one step before.
Plan second_order_plan(const SchedulerConfig& config, ScheduleKind schedule, const Stretch& stretch,
                       int power) {
    const Stops stops = dpmpp_stops(config, schedule, stretch);
    Plan plan;
    for (std::size_t i = 0; i < stops.steps(); ++i) {
        auto evaluation = first_order(config, stops, i, power);
        Mix& next = evaluation.next;
        const bool last = i + 1 == stops.steps();
        if (i > 0 && !(last && ends_in_first_order(config, stretch.steps))) {
            const double ratio = std::log(stops.sigmas[i - 1] / stops.sigmas[i]) /
                                 std::log(stops.sigmas[i] / stops.sigmas[i + 1]);
            const double previous = -next.denoised / (2 * ratio);
            next.kept = {previous};
            next.denoised -= previous;
        }
        plan.evaluations.push_back(evaluation);
    }
    return plan;
}

// k-diffusion's correction of second and third order for a step of 2h in the logarithm of sigma.
// The differences of guesses are divided by how far apart they are, in steps.
void add_higher_order(Mix& next, const Stops& stops, std::size_t i, double signal) {
    const auto width = [&](std::size_t k) {
        return std::log(stops.sigmas[k] / stops.sigmas[k + 1]);
    };
    const double twice = 2 * width(i);
    const double phi2 = std::expm1(-twice) / twice + 1;
    const double near = width(i - 1) / width(i);
    double newer = signal * phi2;  // Of the newer difference...
    double older = 0;              // ...and of the one before.
    if (i > 1) {
        const double far = width(i - 2) / width(i);
        const double phi3 = phi2 / twice - 0.5;
        const double bend = (phi2 * near - phi3) / (near + far);
        newer = signal * (phi2 + bend);
        older = -signal * bend / far;
    }
    next.denoised += newer / near;
    next.kept = {older - newer / near};
    if (i > 1) next.kept.push_back(-older);
}

}  // namespace

Plan dpmpp_2m_plan(const SchedulerConfig& config, ScheduleKind schedule, const Stretch& stretch) {
    return second_order_plan(config, schedule, stretch, 1);
}

Plan dpmpp_2m_sde_plan(const SchedulerConfig& config, ScheduleKind schedule,
                       const Stretch& stretch) {
    return second_order_plan(config, schedule, stretch, 2);
}

Plan dpmpp_3m_sde_plan(const SchedulerConfig& config, ScheduleKind schedule,
                       const Stretch& stretch) {
    const Stops stops = dpmpp_stops(config, schedule, stretch);
    Plan plan;
    for (std::size_t i = 0; i < stops.steps(); ++i) {
        auto evaluation = first_order(config, stops, i, 2);
        const double to = stops.sigmas[i + 1];
        const bool moves = to > 0 && to < stops.sigmas[i];  // The last may repeat the smallest.
        if (i > 0 && moves) add_higher_order(evaluation.next, stops, i, shares_of(to).signal);
        plan.evaluations.push_back(evaluation);
    }
    return plan;
}

}  // namespace gotong::engine
