// UniPC (Zhao et al. 2023) of second order in data prediction with B(h) = exp(h) - 1 ("bh2"), on
// latents of unit variance. Each evaluation first corrects the latent that the one before predicted
// (the corrected one is the anchor) and then predicts the next.
#include <algorithm>
#include <cmath>

#include "worker/engine/sample/plans.h"

namespace gotong::engine {
namespace {

Stops unipc_stops(const SchedulerConfig& config, ScheduleKind schedule, const Stretch& stretch) {
    using End = MultistepRules::End;
    const bool zero = !config.end_at_sigma_min;
    return multistep_stops(config, schedule, stretch,
                           {.normal_end = zero ? End::no_noise : End::smallest,
                            .sigma_end = zero ? End::no_noise : End::repeats_last});
}

// One step from stop i in the logarithm of sigma: infinite down to no noise.
double log_width(const Stops& stops, std::size_t i) {
    return std::log(stops.sigmas[i] / stops.sigmas[i + 1]);
}

// The order of the step from stop i. Where the width is infinite or nothing, the second order says
// nothing.
int order_at(const SchedulerConfig& config, const Stops& stops, std::size_t i) {
    const double width = log_width(stops, i);
    if (i == 0 || !std::isfinite(width) || width == 0) return 1;
    return config.lower_order_final && i + 1 == stops.steps() ? 1 : 2;
}

// From the anchor at stop i to stop i + 1, by the guess of now and, in second order, the one
// before.
Mix predicted(const SchedulerConfig& config, const Stops& stops, std::size_t i) {
    const Shares here = shares_of(stops.sigmas[i]);
    const Shares there = shares_of(stops.sigmas[i + 1]);
    Mix mix{.anchor = there.noise / here.noise};
    mix.denoised = there.signal * (1 - stops.sigmas[i + 1] / stops.sigmas[i]);
    if (order_at(config, stops, i) == 1) return mix;
    const double distance = -log_width(stops, i - 1) / log_width(stops, i);
    const double before = mix.denoised / (2 * distance);
    mix.kept = {before};
    mix.denoised -= before;
    return mix;
}

// What the step to stop i would have been with the guess there, which the prediction lacked.
Mix corrected(const SchedulerConfig& config, const Stops& stops, std::size_t i) {
    const Shares from = shares_of(stops.sigmas[i - 1]);
    const Shares here = shares_of(stops.sigmas[i]);
    Mix mix{.anchor = here.noise / from.noise};
    const double gain = here.signal * (1 - stops.sigmas[i] / stops.sigmas[i - 1]);
    if (order_at(config, stops, i - 1) == 1) {
        mix.denoised = gain / 2;
        mix.kept = {gain / 2};
        return mix;
    }
    const double width = log_width(stops, i - 1);
    const double distance = -log_width(stops, i - 2) / width;
    const double phi1 = std::expm1(-width);
    const double phi2 = -phi1 / width - 1;
    const double phi3 = -phi2 / width - 0.5;
    const double older = (phi2 - 2 * phi3) / phi1 / (1 - distance);
    const double newer = phi2 / phi1 - older;
    mix.denoised = gain * newer;
    mix.kept = {gain * (1 - newer - older / distance), gain * older / distance};
    return mix;
}

// `outer`, whose anchor is `inner`.
Mix composed(const Mix& outer, const Mix& inner) {
    const double share = outer.anchor;
    Mix mix{.latent = share * inner.latent,
            .anchor = share * inner.anchor,
            .denoised = outer.denoised + share * inner.denoised};
    mix.kept.resize(std::max(outer.kept.size(), inner.kept.size()));
    for (std::size_t k = 0; k < outer.kept.size(); ++k) mix.kept[k] += outer.kept[k];
    for (std::size_t k = 0; k < inner.kept.size(); ++k) mix.kept[k] += share * inner.kept[k];
    return mix;
}

}  // namespace

Plan unipc_plan(const SchedulerConfig& config, ScheduleKind schedule, const Stretch& stretch) {
    const Stops stops = unipc_stops(config, schedule, stretch);
    Plan plan;
    for (std::size_t i = 0; i < stops.steps(); ++i) {
        const Shares here = shares_of(stops.sigmas[i]);
        auto evaluation =
            unit_evaluation(config.prediction, stops.timesteps[i], here.signal, here.noise);
        evaluation.anchor = i == 0 ? Mix{.latent = 1} : corrected(config, stops, i);
        evaluation.next = composed(predicted(config, stops, i), *evaluation.anchor);
        plan.evaluations.push_back(evaluation);
    }
    return plan;
}

}  // namespace gotong::engine
