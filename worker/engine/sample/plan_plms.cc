// PLMS, the pseudo linear multistep method (Liu et al. 2022, equations 9 and 12) without its Runge-
// Kutta start, on latents of unit variance. What it weighs, and keeps, are the denoiser's outputs.
#include <algorithm>
#include <array>
#include <cmath>

#include "worker/engine/sample/plans.h"

namespace gotong::engine {
namespace {

double alpha_or(const SchedulerConfig& config, double timestep, double final_alpha) {
    if (timestep < 0) return final_alpha;
    const auto last = static_cast<double>(config.train_steps() - 1);
    return static_cast<double>(
        config.alphas_cumprod[static_cast<std::size_t>(std::min(timestep, last))]);
}

// How much of the latent and of the weighed slope the next latent takes. diffusers turns velocities
// into noise after weighing them, so here, too.
struct Transfer {
    double latent;
    double slope;
};

Transfer transfer(PredictionKind prediction, double alpha, double next_alpha) {
    const double signal = std::sqrt(alpha);
    const double noise = std::sqrt(1 - alpha);
    const double share = std::sqrt(next_alpha / alpha);
    const double epsilon = (alpha - next_alpha) / (alpha * std::sqrt(1 - next_alpha) +
                                                   signal * noise * std::sqrt(next_alpha));
    if (prediction == PredictionKind::v_prediction)
        return {share + epsilon * noise, epsilon * signal};
    return {share, epsilon};
}

// What is weighed: the output itself, or the noise that a predicted picture leaves.
Mix slope_of(PredictionKind prediction, double alpha) {
    if (prediction != PredictionKind::sample) return {.output = 1};
    const double noise = std::sqrt(1 - alpha);
    return {.latent = 1 / noise, .output = -std::sqrt(alpha) / noise};
}

// Adams-Bashforth: of the output of now and of those before.
std::vector<double> adams_weights(std::size_t count) {
    switch (count) {
        case 1:
            return {1};
        case 2:
            return {3.0 / 2, -1.0 / 2};
        case 3:
            return {23.0 / 12, -16.0 / 12, 5.0 / 12};
        default:
            return {55.0 / 24, -59.0 / 24, 37.0 / 24, -9.0 / 24};
    }
}

// Evaluation 1 repeats the first step and is not counted as a slope of the past.
std::size_t place_in_past(std::size_t evaluation, std::size_t back) {
    return evaluation - back >= 2 ? back - 1 : evaluation - 1;
}

// From the latent that evaluation i saw, along the weighed slopes.
Mix onwards(std::size_t i, const Transfer& by, const Mix& slope) {
    const auto weights = adams_weights(i == 0 ? 1 : i);
    const double now = by.slope * weights[0];
    Mix next{.latent = by.latent + now * slope.latent, .output = now * slope.output};
    for (std::size_t back = 1; back < weights.size(); ++back) {
        const std::size_t place = place_in_past(i, back);
        next.kept.resize(std::max(next.kept.size(), place + 1));
        next.kept[place] = by.slope * weights[back];
    }
    return next;
}

// From the anchor once more, along the mean of the slopes at both ends.
Mix once_more(const Transfer& by, const Mix& slope) {
    const double half = by.slope / 2;
    return {.latent = half * slope.latent,
            .anchor = by.latent,
            .output = half * slope.output,
            .kept = {half}};
}

}  // namespace

Plan plms_plan(const SchedulerConfig& config, ScheduleKind /*even in any case*/,
               const Stretch& stretch) {
    const double final_alpha = config.set_alpha_to_one.value_or(false) ? 1 : alpha_or(config, 0, 1);
    const double stride = config.train_steps() / stretch.steps;
    auto timesteps =
        spaced_timesteps(config, config.spacing.value_or(SpacingKind::leading), stretch.steps);
    timesteps.erase(timesteps.begin(), timesteps.begin() + stretch.skipped);
    for (double& t : timesteps) t = std::nearbyint(t);
    if (timesteps.size() > 1) timesteps.insert(timesteps.begin() + 1, timesteps[1]);

    Plan plan;
    for (std::size_t i = 0; i < timesteps.size(); ++i) {
        const double alpha = alpha_or(config, timesteps[i], final_alpha);
        const double from = i == 1 ? timesteps[i] + stride : timesteps[i];
        const auto by = transfer(config.prediction, alpha_or(config, from, final_alpha),
                                 alpha_or(config, from - stride, final_alpha));
        auto evaluation = unit_evaluation(config.prediction, timesteps[i], std::sqrt(alpha),
                                          std::sqrt(1 - alpha));
        evaluation.keep = slope_of(config.prediction, alpha);
        evaluation.next = i == 1 ? once_more(by, evaluation.keep) : onwards(i, by, evaluation.keep);
        if (i == 0) evaluation.anchor = Mix{.latent = 1};
        evaluation.ends_step = i > 0 || timesteps.size() == 1;
        plan.evaluations.push_back(evaluation);
    }
    return plan;
}

}  // namespace gotong::engine
