// Euler's method, plain and ancestral, and the linear multistep method, on unscaled latents.
#include <algorithm>

#include "worker/engine/sample/plans.h"
#include "worker/engine/sample/sigmas.h"

namespace gotong::engine {
namespace {

// One step down to `descent.down`, and up again.
Evaluation euler_evaluation(const SchedulerConfig& config, const Stops& stops, std::size_t i,
                            const Descent& descent) {
    const double from = stops.sigmas[i];
    auto evaluation = unscaled_evaluation(config.prediction, stops.timesteps[i], from);
    evaluation.next.latent = descent.down / from;
    evaluation.next.denoised = 1 - evaluation.next.latent;
    evaluation.next.noise = descent.up;
    return evaluation;
}

// The integral over one step of the Lagrange polynomial that is 1 at stop i - j and 0 at the
// other `order` - 1 stops before. Two Gauss points are exact up to the third degree.
double lagrange_integral(const Stops& stops, std::size_t i, std::size_t j, std::size_t order) {
    constexpr double kGauss = 0.57735026918962576451;  // 1 / sqrt(3)
    const double half = (stops.sigmas[i + 1] - stops.sigmas[i]) / 2;
    const double middle = (stops.sigmas[i + 1] + stops.sigmas[i]) / 2;
    const auto value = [&](double sigma) {
        double product = 1;
        for (std::size_t k = 0; k < order; ++k)
            if (k != j)
                product *=
                    (sigma - stops.sigmas[i - k]) / (stops.sigmas[i - j] - stops.sigmas[i - k]);
        return product;
    };
    return half * (value(middle - half * kGauss) + value(middle + half * kGauss));
}

}  // namespace

Plan euler_plan(const SchedulerConfig& config, ScheduleKind schedule, const Stretch& stretch) {
    Stops stops = unscaled_stops(config, schedule, stretch);
    if (config.end_at_sigma_min) stops.sigmas.back() = SigmaTable(config).smallest();
    Plan plan{.init_noise_sigma = unscaled_start(config, stops)};
    for (std::size_t i = 0; i < stops.steps(); ++i)
        plan.evaluations.push_back(euler_evaluation(config, stops, i, {stops.sigmas[i + 1], 0}));
    return plan;
}

Plan euler_a_plan(const SchedulerConfig& config, ScheduleKind schedule, const Stretch& stretch) {
    const Stops stops = unscaled_stops(config, schedule, stretch);
    Plan plan{.init_noise_sigma = unscaled_start(config, stops)};
    for (std::size_t i = 0; i < stops.steps(); ++i)
        plan.evaluations.push_back(euler_evaluation(
            config, stops, i, rounded_descent(stops.sigmas[i], stops.sigmas[i + 1])));
    return plan;
}

// The last four slopes, (x - denoised) / sigma, are kept and integrated as a cubic.
Plan lms_plan(const SchedulerConfig& config, ScheduleKind schedule, const Stretch& stretch) {
    constexpr std::size_t kOrder = 4;
    const Stops stops = unscaled_stops(config, schedule, stretch);
    Plan plan{.init_noise_sigma = unscaled_start(config, stops)};
    for (std::size_t i = 0; i < stops.steps(); ++i) {
        const double sigma = stops.sigmas[i];
        const std::size_t order = std::min(i + 1, kOrder);
        auto evaluation = unscaled_evaluation(config.prediction, stops.timesteps[i], sigma);
        evaluation.keep = {.latent = 1 / sigma, .denoised = -1 / sigma};
        const double now = lagrange_integral(stops, i, 0, order) / sigma;
        evaluation.next = {.latent = 1 + now, .denoised = -now};
        for (std::size_t j = 1; j < order; ++j)
            evaluation.next.kept.push_back(lagrange_integral(stops, i, j, order));
        plan.evaluations.push_back(evaluation);
    }
    return plan;
}

}  // namespace gotong::engine
