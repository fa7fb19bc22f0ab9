#include "worker/engine/sample/stops.h"

#include <algorithm>
#include <cmath>

#include "worker/engine/sample/sigmas.h"

namespace gotong::engine {
namespace {

// numpy.linspace(0, last, count), backwards.
std::vector<double> linspace_down(double last, int count) {
    std::vector<double> values;
    for (int i = count - 1; i >= 0; --i)
        values.push_back(count == 1 ? 0 : i == count - 1 ? last : i * (last / (count - 1)));
    return values;
}

std::vector<double> leading_down(int stride, int count, int offset) {
    std::vector<double> values;
    for (int i = count - 1; i >= 0; --i) values.push_back(i * stride + offset);
    return values;
}

// numpy.arange(last, 0, -last / count), rounded, less one. The stride is what is left of it after
// arange's own subtraction: values that end in .5 would else round to the other side.
std::vector<double> trailing_down(int last, int count) {
    const double stride = (last - static_cast<double>(last) / count) - last;
    std::vector<double> values;
    for (int i = 0; i < count; ++i) values.push_back(std::nearbyint(last + i * stride) - 1);
    return values;
}

bool spreads_sigmas(ScheduleKind schedule) {
    return schedule == ScheduleKind::karras || schedule == ScheduleKind::exponential ||
           schedule == ScheduleKind::beta;
}

std::vector<double> spread_sigmas(ScheduleKind schedule, double largest, double smallest,
                                  int steps) {
    if (schedule == ScheduleKind::karras) return karras_sigmas(largest, smallest, steps);
    if (schedule == ScheduleKind::exponential) return exponential_sigmas(largest, smallest, steps);
    return beta_sigmas(largest, smallest, steps);
}

// The first `steps` of steps + 1 timesteps, evenly spaced from the noisiest to the cleanest.
Stops sgm_uniform_stops(const SchedulerConfig& config, const SigmaTable& table, int steps) {
    Stops stops;
    stops.timesteps = linspace_down(config.train_steps() - 1, steps + 1);
    stops.timesteps.pop_back();
    for (const double t : stops.timesteps) stops.sigmas.push_back(table.at_in_log(t));
    return stops;
}

Stops finished(Stops stops, double end, int skipped) {
    stops.sigmas.push_back(end);
    stops.sigmas.erase(stops.sigmas.begin(), stops.sigmas.begin() + skipped);
    stops.timesteps.erase(stops.timesteps.begin(), stops.timesteps.begin() + skipped);
    for (double& sigma : stops.sigmas) sigma = to_fp32(sigma);
    return stops;
}

// Multistep solvers leave out the last of steps + 1 timesteps.
std::vector<double> multistep_timesteps(const SchedulerConfig& config, int usable, int steps) {
    switch (config.spacing.value_or(SpacingKind::linspace)) {
        case SpacingKind::leading: {
            auto timesteps = leading_down(usable / (steps + 1), steps + 1, config.steps_offset);
            timesteps.pop_back();
            return timesteps;
        }
        case SpacingKind::trailing:
            return trailing_down(usable, steps);
        case SpacingKind::linspace:
            break;
    }
    auto timesteps = linspace_down(usable - 1, steps + 1);
    timesteps.pop_back();
    for (double& t : timesteps) t = std::nearbyint(t);
    return timesteps;
}

Stops spread_multistep_stops(const SchedulerConfig& config, const SigmaTable& table,
                             ScheduleKind schedule, int steps, const MultistepRules& rules) {
    Stops stops;
    stops.sigmas = spread_sigmas(schedule, table.largest(), table.smallest(), steps);
    const bool rounds =
        schedule == ScheduleKind::karras && !(rules.keeps_cosine_fractions && config.cosine_betas);
    for (const double sigma : stops.sigmas) {
        const double t = table.timestep_of(sigma);
        stops.timesteps.push_back(rounds ? std::nearbyint(t) : std::floor(t));
    }
    return stops;
}

Stops spaced_multistep_stops(const SchedulerConfig& config, const SigmaTable& table, int steps,
                             const MultistepRules& rules) {
    const int usable = rules.clips_lambda ? usable_train_steps(config) : config.train_steps();
    Stops stops;
    stops.timesteps = multistep_timesteps(config, usable, steps);
    for (const double t : stops.timesteps) stops.sigmas.push_back(table.at(t));
    return stops;
}

}  // namespace

std::vector<double> spaced_timesteps(const SchedulerConfig& config, SpacingKind spacing,
                                     int steps) {
    const int train = config.train_steps();
    switch (spacing) {
        case SpacingKind::leading:
            return leading_down(train / steps, steps, config.steps_offset);
        case SpacingKind::trailing:
            return trailing_down(train, steps);
        case SpacingKind::linspace:
            break;
    }
    return linspace_down(train - 1, steps);
}

int usable_train_steps(const SchedulerConfig& config) {
    if (!config.lambda_min_clipped) return config.train_steps();
    const auto too_noisy = [&](float alpha) {
        return 0.5 * std::log(static_cast<double>(alpha) / (1 - static_cast<double>(alpha))) <
               *config.lambda_min_clipped;
    };
    return config.train_steps() -
           static_cast<int>(std::count_if(config.alphas_cumprod.begin(),
                                          config.alphas_cumprod.end(), too_noisy));
}

Stops unscaled_stops(const SchedulerConfig& config, ScheduleKind schedule, const Stretch& stretch) {
    const SigmaTable table(config);
    const int steps = stretch.steps;
    if (schedule == ScheduleKind::sgm_uniform)
        return finished(sgm_uniform_stops(config, table, steps), 0, stretch.skipped);
    Stops stops;
    stops.timesteps =
        spaced_timesteps(config, config.spacing.value_or(SpacingKind::linspace), steps);
    for (double& t : stops.timesteps) t = to_fp32(t);
    for (const double t : stops.timesteps) stops.sigmas.push_back(table.at(t));
    if (spreads_sigmas(schedule)) {
        stops.sigmas = spread_sigmas(schedule, stops.sigmas.front(), stops.sigmas.back(), steps);
        for (std::size_t i = 0; i < stops.sigmas.size(); ++i)
            stops.timesteps[i] = to_fp32(table.timestep_of(stops.sigmas[i]));
    }
    return finished(std::move(stops), 0, stretch.skipped);
}

Stops multistep_stops(const SchedulerConfig& config, ScheduleKind schedule, const Stretch& stretch,
                      const MultistepRules& rules) {
    const SigmaTable table(config);
    const int steps = stretch.steps;
    const bool spreads = spreads_sigmas(schedule);
    Stops stops = schedule == ScheduleKind::sgm_uniform ? sgm_uniform_stops(config, table, steps)
                  : spreads ? spread_multistep_stops(config, table, schedule, steps, rules)
                            : spaced_multistep_stops(config, table, steps, rules);
    switch (spreads ? rules.sigma_end : rules.normal_end) {
        case MultistepRules::End::no_noise:
            return finished(std::move(stops), 0, stretch.skipped);
        case MultistepRules::End::smallest:
            return finished(std::move(stops), table.smallest(), stretch.skipped);
        case MultistepRules::End::repeats_last:
            break;
    }
    const double last = stops.sigmas.back();
    return finished(std::move(stops), last, stretch.skipped);
}

}  // namespace gotong::engine
