// DEIS (Zhang & Chen 2023) of second order, in noise prediction, multistep in the logarithm of
// sigma ("log-rho"), on latents of unit variance. It ends at the smallest sigma.
#include <cmath>

#include "worker/engine/sample/plans.h"

namespace gotong::engine {
namespace {

// The noise that a latent of unit variance and the output point to.
Mix noise_guess(PredictionKind prediction, const Shares& shares) {
    switch (prediction) {
        case PredictionKind::epsilon:
            break;
        case PredictionKind::v_prediction:
            return {.latent = shares.noise, .output = shares.signal};
        case PredictionKind::sample:
            return {.latent = 1 / shares.noise, .output = -shares.signal / shares.noise};
    }
    return {.output = 1};
}

// The integral of the line in log t that is 1 at `one` and 0 at `none`, from `from` to `to`.
double log_line_integral(double from, double to, double one, double none) {
    const auto antiderivative = [&](double t) { return t * (std::log(t / none) - 1); };
    return (antiderivative(to) - antiderivative(from)) / std::log(one / none);
}

}  // namespace

Plan deis_plan(const SchedulerConfig& config, ScheduleKind schedule, const Stretch& stretch) {
    using End = MultistepRules::End;
    const Stops stops = multistep_stops(
        config, schedule, stretch, {.normal_end = End::smallest, .sigma_end = End::repeats_last});
    Plan plan;
    for (std::size_t i = 0; i < stops.steps(); ++i) {
        const double from = stops.sigmas[i];
        const double to = stops.sigmas[i + 1];
        const Shares here = shares_of(from);
        const double signal = shares_of(to).signal;
        auto evaluation =
            unit_evaluation(config.prediction, stops.timesteps[i], here.signal, here.noise);
        evaluation.keep = noise_guess(config.prediction, here);
        const bool last = i + 1 == stops.steps();
        double now = to - from;
        if (i > 0 && !(last && config.lower_order_final && stretch.steps < kFewSteps)) {
            const double before = stops.sigmas[i - 1];
            now = log_line_integral(from, to, from, before);
            evaluation.next.kept = {signal * log_line_integral(from, to, before, from)};
        }
        evaluation.next.latent = signal * (1 / here.signal + now * evaluation.keep.latent);
        evaluation.next.output = signal * now * evaluation.keep.output;
        plan.evaluations.push_back(evaluation);
    }
    return plan;
}

}  // namespace gotong::engine
