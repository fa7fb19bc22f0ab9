// Samplers between two alphas of the training schedule, which are squares of the signal's share in
// a latent of unit variance: DDIM (Song et al. 2020), DDPM (Ho et al. 2020), and the consistency
// models' (Luo et al. 2023). All may clamp the guess of the picture.
#include <algorithm>
#include <cmath>

#include "worker/engine/sample/plans.h"
#include "worker/engine/sample/sigmas.h"

namespace gotong::engine {
namespace {

struct Leap {
    double timestep;
    double alpha;
    double next_alpha;
};

std::vector<Leap> without(int skipped, std::vector<Leap> leaps) {
    leaps.erase(leaps.begin(), leaps.begin() + skipped);
    return leaps;
}

double alpha_at(const SchedulerConfig& config, double timestep) {
    const auto last = static_cast<double>(config.train_steps() - 1);
    return static_cast<double>(
        config.alphas_cumprod[static_cast<std::size_t>(std::min(timestep, last))]);
}

// Between the alphas of unscaled latents' stops: the same noise levels in other variables.
std::vector<Leap> leaps_between_sigmas(const SchedulerConfig& config, ScheduleKind schedule,
                                       const Stretch& stretch) {
    const Stops stops = unscaled_stops(config, schedule, stretch);
    const auto alpha = [&](std::size_t i) { return 1 / (1 + stops.sigmas[i] * stops.sigmas[i]); };
    std::vector<Leap> leaps;
    for (std::size_t i = 0; i < stops.steps(); ++i)
        leaps.push_back({stops.timesteps[i], alpha(i), alpha(i + 1)});
    return leaps;
}

// From each timestep to the next, and from the last to a signal without noise.
std::vector<Leap> leaps_between(const SchedulerConfig& config, std::vector<double> timesteps) {
    std::vector<Leap> leaps;
    for (double& t : timesteps) t = std::nearbyint(t);
    for (std::size_t i = 0; i < timesteps.size(); ++i)
        leaps.push_back({timesteps[i], alpha_at(config, timesteps[i]),
                         i + 1 < timesteps.size() ? alpha_at(config, timesteps[i + 1]) : 1});
    return leaps;
}

std::vector<double> leading_timesteps(const SchedulerConfig& config, int steps) {
    return spaced_timesteps(config, config.spacing.value_or(SpacingKind::leading), steps);
}

// diffusers' DDIM leaps by a fixed stride, whatever the spacing.
std::vector<Leap> ddim_leaps(const SchedulerConfig& config, int steps) {
    const double final_alpha = config.set_alpha_to_one.value_or(true) ? 1 : alpha_at(config, 0);
    const int stride = config.train_steps() / steps;
    std::vector<Leap> leaps;
    for (const double t : leading_timesteps(config, steps)) {
        const double from = std::nearbyint(t);
        const double to = from - stride;
        leaps.push_back(
            {from, alpha_at(config, from), to >= 0 ? alpha_at(config, to) : final_alpha});
    }
    return leaps;
}

// Where a consistency model was trained: every k-th timestep, of which `steps` are taken.
std::vector<double> lcm_timesteps(const SchedulerConfig& config, int steps) {
    const int stride = config.train_steps() / config.lcm_original_steps;
    std::vector<double> timesteps;
    for (int i = 0; i < steps; ++i) {
        const double passed = i * (static_cast<double>(config.lcm_original_steps) / steps);
        const int left = config.lcm_original_steps - static_cast<int>(std::floor(passed));
        timesteps.push_back(left * stride - 1);
    }
    return timesteps;
}

Evaluation evaluation_of(const SchedulerConfig& config, const Leap& leap) {
    return unit_evaluation(config.prediction, leap.timestep, std::sqrt(leap.alpha),
                           std::sqrt(1 - leap.alpha));
}

// With eta 0: the guess, and the noise as the model sees it, at the next alpha.
Evaluation ddim_evaluation(const SchedulerConfig& config, const Leap& leap) {
    auto evaluation = evaluation_of(config, leap);
    const double signal = std::sqrt(leap.alpha);
    const double noise = std::sqrt(1 - leap.alpha);
    const double next_noise = std::sqrt(1 - leap.next_alpha);
    evaluation.next.denoised = std::sqrt(leap.next_alpha);
    switch (config.prediction) {
        case PredictionKind::epsilon:
            evaluation.next.output = next_noise;
            break;
        case PredictionKind::v_prediction:
            evaluation.next.output = next_noise * signal;
            evaluation.next.latent = next_noise * noise;
            break;
        case PredictionKind::sample:
            evaluation.next.output = -next_noise * signal / noise;
            evaluation.next.latent = next_noise / noise;
    }
    return evaluation;
}

// The mean and the variance of the posterior, Ho et al. 2020, equation 7.
Evaluation ddpm_evaluation(const SchedulerConfig& config, const Leap& leap) {
    auto evaluation = evaluation_of(config, leap);
    const double kept_alpha = leap.alpha / leap.next_alpha;
    const double lost = 1 - kept_alpha;
    const double before = 1 - leap.alpha;
    const double after = 1 - leap.next_alpha;
    evaluation.next.denoised = std::sqrt(leap.next_alpha) * lost / before;
    evaluation.next.latent = std::sqrt(kept_alpha) * after / before;
    const double variance = config.large_variance ? lost : after / before * lost;
    if (leap.timestep > 0) evaluation.next.noise = std::sqrt(variance);
    return evaluation;
}

// The guess is pulled towards the latent near timestep 0, and then noised again.
Evaluation lcm_evaluation(const SchedulerConfig& config, const Leap& leap, bool last) {
    constexpr double kSigmaData = 0.5;
    auto evaluation = evaluation_of(config, leap);
    const double scaled = leap.timestep * config.lcm_timestep_scaling;
    const double square = scaled * scaled + kSigmaData * kSigmaData;
    const double signal = last ? 1 : std::sqrt(leap.next_alpha);
    evaluation.next.latent = signal * kSigmaData * kSigmaData / square;
    evaluation.next.denoised = signal * scaled / std::sqrt(square);
    if (!last) evaluation.next.noise = std::sqrt(1 - leap.next_alpha);
    return evaluation;
}

double clamp_of(const SchedulerConfig& config, bool by_default) {
    return config.clip_sample.value_or(by_default) ? config.clip_sample_range : 0;
}

}  // namespace

Plan ddim_plan(const SchedulerConfig& config, ScheduleKind schedule, const Stretch& stretch) {
    Plan plan{.clamp_denoised = clamp_of(config, true)};
    for (const Leap& leap : schedule == ScheduleKind::normal
                                ? without(stretch.skipped, ddim_leaps(config, stretch.steps))
                                : leaps_between_sigmas(config, schedule, stretch))
        plan.evaluations.push_back(ddim_evaluation(config, leap));
    return plan;
}

Plan ddpm_plan(const SchedulerConfig& config, ScheduleKind schedule, const Stretch& stretch) {
    Plan plan{.clamp_denoised = clamp_of(config, true)};
    for (const Leap& leap :
         schedule == ScheduleKind::normal
             ? without(stretch.skipped,
                       leaps_between(config, leading_timesteps(config, stretch.steps)))
             : leaps_between_sigmas(config, schedule, stretch))
        plan.evaluations.push_back(ddpm_evaluation(config, leap));
    return plan;
}

Plan lcm_plan(const SchedulerConfig& config, ScheduleKind schedule, const Stretch& stretch) {
    Plan plan{.clamp_denoised = clamp_of(config, false)};
    const auto leaps =
        schedule == ScheduleKind::normal
            ? without(stretch.skipped, leaps_between(config, lcm_timesteps(config, stretch.steps)))
            : leaps_between_sigmas(config, schedule, stretch);
    for (std::size_t i = 0; i < leaps.size(); ++i)
        plan.evaluations.push_back(lcm_evaluation(config, leaps[i], i + 1 == leaps.size()));
    return plan;
}

}  // namespace gotong::engine
