#include "worker/engine/sample/plan.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

namespace gotong::engine {
namespace {

// Where a sampler stops on its way: `sigmas` has one more, the level it ends at.
struct Stops {
    std::vector<double> timesteps;
    std::vector<double> sigmas;  // Noise per unit of signal: sqrt((1 - alpha) / alpha).
};

double round_half_even(double value) { return std::nearbyint(value); }

// All training timesteps' sigmas, rounded to fp32 as the reference keeps them.
std::vector<double> training_sigmas(const SchedulerConfig& config) {
    std::vector<double> sigmas;
    for (const float alpha : config.alphas_cumprod)
        sigmas.push_back(static_cast<double>(std::sqrt((1.0F - alpha) / alpha)));
    return sigmas;
}

// Linear between whole timesteps, level outside.
double sigma_at(const std::vector<double>& sigmas, double timestep) {
    const double last = static_cast<double>(sigmas.size() - 1);
    const double t = std::clamp(timestep, 0.0, last);
    const auto low = static_cast<std::size_t>(std::min(std::floor(t), std::max(last - 1, 0.0)));
    const std::size_t high = std::min(low + 1, sigmas.size() - 1);
    return sigmas[low] + (sigmas[high] - sigmas[low]) * (t - static_cast<double>(low));
}

// The inverse, linear in the logarithm; sigmas grow with the timestep. The table's logarithms are
// rounded to fp32: the reference's are, and it cuts fractions off (cosine betas) that hang on this.
double timestep_at(const std::vector<double>& sigmas, double sigma) {
    if (sigmas.size() < 2) return 0;
    const auto table_log = [&](std::size_t i) {
        return static_cast<double>(std::log(static_cast<float>(sigmas[i])));
    };
    std::size_t low = 0;
    for (std::size_t i = 1; i + 1 < sigmas.size() && table_log(i) <= std::log(sigma); ++i) low = i;
    const double span = table_log(low + 1) - table_log(low);
    const double weight = std::clamp((std::log(sigma) - table_log(low)) / span, 0.0, 1.0);
    return static_cast<double>(low) + weight;
}

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
    for (int i = 0; i < count; ++i) values.push_back(round_half_even(last + i * stride) - 1);
    return values;
}

// Euler's timesteps may be fractional (linspace); DDIM rounds them.
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

double to_fp32(double value) { return static_cast<double>(static_cast<float>(value)); }

std::vector<double> karras_sigmas(double largest, double smallest, int steps) {
    constexpr double kRho = 7;  // Karras et al. 2022, equation 5.
    const double from = std::pow(largest, 1 / kRho);
    const double to = std::pow(smallest, 1 / kRho);
    std::vector<double> sigmas;
    for (int i = 0; i < steps; ++i)
        sigmas.push_back(
            std::pow(from + (steps == 1 ? 0 : i * (1.0 / (steps - 1))) * (to - from), kRho));
    return sigmas;
}

Stops euler_stops(const SchedulerConfig& config, ScheduleKind schedule, int steps) {
    const auto table = training_sigmas(config);
    Stops stops;
    stops.timesteps =
        spaced_timesteps(config, config.spacing.value_or(SpacingKind::linspace), steps);
    for (double& t : stops.timesteps) t = to_fp32(t);
    for (const double t : stops.timesteps) stops.sigmas.push_back(sigma_at(table, t));
    if (schedule == ScheduleKind::karras) {
        stops.sigmas = karras_sigmas(stops.sigmas.front(), stops.sigmas.back(), steps);
        for (std::size_t i = 0; i < stops.sigmas.size(); ++i)
            stops.timesteps[i] = to_fp32(timestep_at(table, stops.sigmas[i]));
    }
    stops.sigmas.push_back(0);
    for (double& sigma : stops.sigmas) sigma = to_fp32(sigma);
    return stops;
}

// The timesteps that are not noisier than lambda_min_clipped allows: 0 .. the result - 1.
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

// DPM++ leaves out the last of steps + 1 timesteps.
std::vector<double> dpm_timesteps(const SchedulerConfig& config, int steps) {
    const int usable = usable_train_steps(config);
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
    for (double& t : timesteps) t = round_half_even(t);
    return timesteps;
}

Stops dpm_stops(const SchedulerConfig& config, ScheduleKind schedule, int steps) {
    const auto table = training_sigmas(config);
    Stops stops;
    if (schedule == ScheduleKind::karras) {
        stops.sigmas = karras_sigmas(table.back(), table.front(), steps);
        for (const double sigma : stops.sigmas) {
            const double t = timestep_at(table, sigma);
            stops.timesteps.push_back(config.cosine_betas ? std::floor(t) : round_half_even(t));
        }
    } else {
        stops.timesteps = dpm_timesteps(config, steps);
        for (const double t : stops.timesteps) stops.sigmas.push_back(sigma_at(table, t));
    }
    stops.sigmas.push_back(config.end_at_sigma_min ? table.front() : 0);
    for (double& sigma : stops.sigmas) sigma = to_fp32(sigma);
    return stops;
}

// The picture that x and the model's output point to, where x is signal + sigma * noise.
void guess_unscaled(Step& step, PredictionKind prediction, double sigma) {
    const bool epsilon = prediction == PredictionKind::epsilon;
    const double scale = sigma * sigma + 1;
    step.input_scale = 1 / std::sqrt(scale);
    step.from_latent = epsilon ? 1 : 1 / scale;
    step.from_output = epsilon ? -sigma : -sigma / std::sqrt(scale);
}

// The same where x is signal * picture + noise * noise, of unit variance.
void guess_unit(Step& step, PredictionKind prediction, double signal, double noise) {
    const bool epsilon = prediction == PredictionKind::epsilon;
    step.from_latent = epsilon ? 1 / signal : signal;
    step.from_output = epsilon ? -noise / signal : -noise;
}

// An ancestral step goes further down than to the next sigma and comes up again by fresh noise.
struct Descent {
    double down;
    double up;
};

// In fp32, as the reference: `down` is a difference of close numbers, and with few steps its
// rounding is larger than all of the engine's together.
Descent ancestral_descent(double from, double to) {
    const auto from2 = static_cast<float>(from) * static_cast<float>(from);
    const auto to2 = static_cast<float>(to) * static_cast<float>(to);
    const float up = std::sqrt(to2 * (from2 - to2) / from2);
    const float down = std::sqrt(to2 - up * up);
    return {static_cast<double>(down), static_cast<double>(up)};
}

Plan euler_plan(const SchedulerConfig& config, ScheduleKind schedule, int steps, bool ancestral) {
    Stops stops = euler_stops(config, schedule, steps);
    if (config.end_at_sigma_min && !ancestral)
        stops.sigmas.back() = training_sigmas(config).front();
    Plan plan;
    const double largest = *std::max_element(stops.sigmas.begin(), stops.sigmas.end());
    const bool leading = config.spacing == SpacingKind::leading;
    plan.init_noise_sigma = leading ? std::sqrt(largest * largest + 1) : largest;
    for (std::size_t i = 0; i < stops.timesteps.size(); ++i) {
        Step step;
        step.timestep = stops.timesteps[i];
        const double from = stops.sigmas[i];
        const double to = stops.sigmas[i + 1];
        guess_unscaled(step, config.prediction, from);
        const Descent descent = ancestral ? ancestral_descent(from, to) : Descent{to, 0};
        step.latent = descent.down / from;
        step.denoised = 1 - step.latent;
        step.noise = descent.up;
        plan.steps.push_back(step);
    }
    return plan;
}

// One DDIM step (eta 0) between two alphas, which are squares of the signal's share.
Step ddim_step(const SchedulerConfig& config, double timestep, double alpha, double next_alpha) {
    Step step;
    step.timestep = timestep;
    const double signal = std::sqrt(alpha);
    const double noise = std::sqrt(1 - alpha);
    guess_unit(step, config.prediction, signal, noise);
    const bool epsilon = config.prediction == PredictionKind::epsilon;
    const double next_noise = std::sqrt(1 - next_alpha);
    step.output = epsilon ? next_noise : next_noise * signal;  // The noise, as the model sees it:
    step.latent = epsilon ? 0 : next_noise * noise;            // m, or signal * m + noise * x.
    step.denoised = std::sqrt(next_alpha);
    return step;
}

Plan ddim_plan(const SchedulerConfig& config, int steps) {
    const auto alpha_at = [&](double t) {
        const auto last = static_cast<double>(config.train_steps() - 1);
        return static_cast<double>(
            config.alphas_cumprod[static_cast<std::size_t>(std::min(t, last))]);
    };
    const double final_alpha = config.set_alpha_to_one ? 1 : alpha_at(0);
    const int stride = config.train_steps() / steps;
    Plan plan;
    for (const double t :
         spaced_timesteps(config, config.spacing.value_or(SpacingKind::leading), steps)) {
        const double from = round_half_even(t);
        const double to = from - stride;
        plan.steps.push_back(
            ddim_step(config, from, alpha_at(from), to >= 0 ? alpha_at(to) : final_alpha));
    }
    return plan;
}

// DDIM with eta 0 is Euler's method on latents scaled to unit variance, so Euler's stops serve.
Plan ddim_karras_plan(const SchedulerConfig& config, int steps) {
    const Stops stops = euler_stops(config, ScheduleKind::karras, steps);
    const auto alpha = [&](std::size_t i) { return 1 / (1 + stops.sigmas[i] * stops.sigmas[i]); };
    Plan plan;
    for (std::size_t i = 0; i < stops.timesteps.size(); ++i)
        plan.steps.push_back(ddim_step(config, stops.timesteps[i], alpha(i), alpha(i + 1)));
    return plan;
}

// DPM-Solver++ (Lu et al. 2022), second order, multistep, midpoint, in data prediction.
Plan dpmpp_2m_plan(const SchedulerConfig& config, ScheduleKind schedule, int steps) {
    constexpr int kFewSteps = 15;  // Below this the reference ends with a step of first order.
    const Stops stops = dpm_stops(config, schedule, steps);
    const bool first_order_end = !config.end_at_sigma_min || config.euler_at_final ||
                                 (config.lower_order_final && steps < kFewSteps);
    Plan plan;
    for (std::size_t i = 0; i < stops.timesteps.size(); ++i) {
        Step step;
        step.timestep = stops.timesteps[i];
        const double from = stops.sigmas[i];
        const double to = stops.sigmas[i + 1];
        const double from_signal = 1 / std::sqrt(from * from + 1);
        const double to_signal = 1 / std::sqrt(to * to + 1);
        guess_unit(step, config.prediction, from_signal, from * from_signal);
        step.latent = (to * to_signal) / (from * from_signal);
        step.denoised = to_signal * (1 - to / from);
        const bool last = i + 1 == stops.timesteps.size();
        if (i > 0 && !(last && first_order_end)) {
            const double ratio = std::log(stops.sigmas[i - 1] / from) / std::log(from / to);
            step.previous = -step.denoised / (2 * ratio);
            step.denoised -= step.previous;
        }
        plan.steps.push_back(step);
    }
    return plan;
}

Result<> check_steps(const SchedulerConfig& config, SamplerKind sampler, ScheduleKind schedule,
                     int steps) {
    const bool dpm_normal = sampler == SamplerKind::dpmpp_2m && schedule == ScheduleKind::normal;
    const int usable = dpm_normal ? usable_train_steps(config) : config.train_steps();
    if (dpm_normal && usable != config.train_steps() && config.spacing == SpacingKind::trailing)
        return fail(ErrorCode::unimplemented,
                    "scheduler_config.json: lambda_min_clipped with trailing timestep_spacing");
    const int most = dpm_normal ? usable - 1 : usable;
    if (steps >= 1 && steps <= most) return {};
    return fail(ErrorCode::invalid_argument,
                "steps is " + std::to_string(steps) + ", but must be 1 to " + std::to_string(most) +
                    " for this model; the nearest that works is " +
                    std::to_string(std::clamp(steps, 1, std::max(most, 1))),
                "steps");
}

}  // namespace

Result<Plan> make_plan(const SchedulerConfig& config, SamplerKind sampler, ScheduleKind schedule,
                       int steps) {
    if (const auto fits = check_steps(config, sampler, schedule, steps); !fits)
        return Failure{fits.error()};
    Plan plan;
    switch (sampler) {
        case SamplerKind::euler:
        case SamplerKind::euler_a:
            return euler_plan(config, schedule, steps, sampler == SamplerKind::euler_a);
        case SamplerKind::ddim:
            plan = schedule == ScheduleKind::karras ? ddim_karras_plan(config, steps)
                                                    : ddim_plan(config, steps);
            plan.clamp_denoised = config.clip_sample ? config.clip_sample_range : 0;
            return plan;
        case SamplerKind::dpmpp_2m:
            break;
    }
    return dpmpp_2m_plan(config, schedule, steps);
}

Result<SamplerKind> sampler_from_name(std::string_view name) {
    if (name == "euler") return SamplerKind::euler;
    if (name == "euler_a") return SamplerKind::euler_a;
    if (name == "ddim") return SamplerKind::ddim;
    if (name == "dpmpp_2m") return SamplerKind::dpmpp_2m;
    return fail(ErrorCode::invalid_argument,
                "there is no sampler \"" + std::string(name) +
                    "\"; there are euler, euler_a, ddim and dpmpp_2m",
                "sampler");
}

Result<ScheduleKind> schedule_from_name(std::string_view name) {
    if (name == "normal") return ScheduleKind::normal;
    if (name == "karras") return ScheduleKind::karras;
    return fail(ErrorCode::invalid_argument,
                "there is no schedule \"" + std::string(name) + "\"; there are normal and karras",
                "schedule");
}

}  // namespace gotong::engine
