#include "worker/engine/sample/schedule.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

#include "common/file/file.h"
#include "worker/engine/weights/config.h"

namespace gotong::engine {
namespace {

constexpr const char* kFile = "scheduler_config.json";
constexpr int kMaxTrainSteps = 100'000;  // Everything in use has 1,000.
constexpr double kMaxClipRange = 1e6;    // Clamping beyond this changes nothing.
constexpr double kMaxLambda = 1e6;       // Log signal-to-noise; fp32 ends at 44.

Failure bad(const std::string& what) {
    return fail(ErrorCode::invalid_argument, std::string(kFile) + ": " + what);
}

// The option whose name the key's text is; any other text is unimplemented; null is absent.
template <class T, std::size_t n>
T choose(ConfigReader& config, const std::string& key, T missing,
         const std::array<std::pair<std::string_view, T>, n>& options) {
    const auto* value = config.find(key);
    if (!value || value->is_null()) return missing;
    const std::string text = config.text(key, "");
    for (const auto& [name, option] : options)
        if (text == name) return option;
    config.unsupported(key, "\"" + text + "\"");
    return missing;
}

// Schedulers that share one notion of betas, timesteps and sigmas; the request picks the sampler.
constexpr std::array<std::string_view, 16> kFamily{"DDIMScheduler",
                                                   "DDPMScheduler",
                                                   "PNDMScheduler",
                                                   "LMSDiscreteScheduler",
                                                   "EulerDiscreteScheduler",
                                                   "EulerAncestralDiscreteScheduler",
                                                   "HeunDiscreteScheduler",
                                                   "KDPM2DiscreteScheduler",
                                                   "UniPCMultistepScheduler",
                                                   "KDPM2AncestralDiscreteScheduler",
                                                   "DEISMultistepScheduler",
                                                   "DPMSolverMultistepScheduler",
                                                   "DPMSolverSDEScheduler",
                                                   "DPMSolverSinglestepScheduler",
                                                   "LCMScheduler",
                                                   "TCDScheduler"};

void check_kind(ConfigReader& config) {
    const std::string name = config.text("_class_name", "");
    if (std::find(kFamily.begin(), kFamily.end(), name) == kFamily.end())
        config.unsupported("_class_name", "\"" + name + "\"");
    config.must_be("interpolation_type", "linear");
    config.must_be("timestep_type", "discrete");
    // Which solver runs, how far and in which order is the request's choice; the rest speaks of
    // features that are off. What is neither here nor read is refused by finish().
    config.ignore({"algorithm_type", "disable_corrector", "dynamic_thresholding_ratio",
                   "flow_shift", "noise_sampler_seed", "predict_x0", "sample_max_value",
                   "skip_prk_steps", "solver_order", "solver_p", "solver_type", "time_shift_type",
                   "use_beta_sigmas", "use_exponential_sigmas", "use_karras_sigmas"});
}

// `count` values from first to last as torch.linspace spaces them in fp32: from both ends.
std::vector<float> linspace(double first, double last, int count) {
    const auto low = static_cast<float>(first);
    const auto high = static_cast<float>(last);
    const float step = count > 1 ? (high - low) / static_cast<float>(count - 1) : 0;
    std::vector<float> values;
    for (int i = 0; i < count; ++i)
        values.push_back(i < count / 2 ? low + step * static_cast<float>(i)
                                       : high - step * static_cast<float>(count - 1 - i));
    if (count == 1) values.front() = low;
    return values;
}

enum class BetaKind { linear, scaled_linear, cosine };

std::vector<float> cosine_betas(int count) {
    constexpr double kMaxBeta = 0.999;
    const auto alpha_bar = [count](int i) {
        const double t = static_cast<double>(i) / count;
        const double c = std::cos((t + 0.008) / 1.008 * std::numbers::pi / 2);
        return c * c;
    };
    std::vector<float> betas;
    for (int i = 0; i < count; ++i)
        betas.push_back(
            static_cast<float>(std::min(1 - alpha_bar(i + 1) / alpha_bar(i), kMaxBeta)));
    return betas;
}

std::vector<float> make_betas(BetaKind kind, double start, double end, int count) {
    if (kind == BetaKind::cosine) return cosine_betas(count);
    if (kind == BetaKind::linear) return linspace(start, end, count);
    auto betas = linspace(std::sqrt(start), std::sqrt(end), count);
    for (float& beta : betas) beta *= beta;
    return betas;
}

// Each product is rounded to fp32, but carried on in double precision, as torch does on the CPU.
std::vector<float> cumulative_alphas(const std::vector<float>& betas) {
    std::vector<float> products;
    double product = 1;
    for (const float beta : betas) {
        product *= static_cast<double>(1.0F - beta);
        products.push_back(static_cast<float>(product));
    }
    return products;
}

std::vector<float> read_betas(ConfigReader& config, SchedulerConfig& schedule) {
    using enum BetaKind;
    const int count = config.integer("num_train_timesteps", 1000, 1, kMaxTrainSteps);
    const double start = config.number("beta_start", 0.0001, 0, 1);
    const double end = config.number("beta_end", 0.02, 0, 1);
    const auto kind = choose<BetaKind, 3>(
        config, "beta_schedule", linear,
        {{{"linear", linear}, {"scaled_linear", scaled_linear}, {"squaredcos_cap_v2", cosine}}});
    schedule.cosine_betas = kind == cosine;

    const auto* trained = config.find("trained_betas");
    if (!trained || trained->is_null()) return make_betas(kind, start, end, count);
    const bool numbers = trained->is_array() && std::all_of(trained->begin(), trained->end(),
                                                            [](auto& b) { return b.is_number(); });
    if (numbers && trained->size() == static_cast<std::size_t>(count))
        return trained->get<std::vector<float>>();
    config.invalid("trained_betas", "must be num_train_timesteps numbers");
    return {};
}

// A schedule that a sampler can divide by: every beta takes away some, but not all, of the signal.
Result<> check_betas(const std::vector<float>& betas) {
    for (const float beta : betas)
        if (!(beta > 0 && beta < 1)) return bad("every beta must lie between 0 and 1");
    return {};
}

void read_options(ConfigReader& config, SchedulerConfig& schedule) {
    using enum PredictionKind;
    using Spacing = std::optional<SpacingKind>;
    schedule.prediction = choose<PredictionKind, 3>(config, "prediction_type", epsilon,
                                                    {{{"epsilon", epsilon},
                                                      {"v_prediction", v_prediction},
                                                      {"sample", PredictionKind::sample}}});
    schedule.spacing = choose<Spacing, 3>(config, "timestep_spacing", std::nullopt,
                                          {{{"leading", SpacingKind::leading},
                                            {"trailing", SpacingKind::trailing},
                                            {"linspace", SpacingKind::linspace}}});
    schedule.end_at_sigma_min = choose<bool, 2>(config, "final_sigmas_type", false,
                                                {{{"zero", false}, {"sigma_min", true}}});
    schedule.steps_offset = config.integer("steps_offset", 0, 0, kMaxTrainSteps);
    if (config.find("set_alpha_to_one"))
        schedule.set_alpha_to_one = config.boolean("set_alpha_to_one", true);
    if (config.find("clip_sample")) schedule.clip_sample = config.boolean("clip_sample", true);
    schedule.clip_sample_range = config.number("clip_sample_range", 1, 0, kMaxClipRange);
    schedule.lower_order_final = config.boolean("lower_order_final", true);
    schedule.euler_at_final = config.boolean("euler_at_final", false);
    const auto* lambda = config.find("lambda_min_clipped");
    if (lambda && !lambda->is_null())
        schedule.lambda_min_clipped =
            config.number("lambda_min_clipped", 0, -kMaxLambda, kMaxLambda);
}

// DDPM's; a network that learned its variance is another kind of model.
void read_variance(ConfigReader& config, SchedulerConfig& schedule) {
    schedule.large_variance = choose<bool, 3>(
        config, "variance_type", false,
        {{{"fixed_small", false}, {"fixed_small_log", false}, {"fixed_large", true}}});
}

// Of models that were distilled to few steps. Call when the training steps are known.
void read_lcm(ConfigReader& config, SchedulerConfig& schedule, int train_steps) {
    constexpr double kMaxScaling = 1e6;  // Beyond it nothing is left of the latent anyhow.
    const int usual = std::min(schedule.lcm_original_steps, train_steps);
    schedule.lcm_original_steps = config.integer("original_inference_steps", usual, 1, train_steps);
    schedule.lcm_timestep_scaling = config.number("timestep_scaling", 10, 0, kMaxScaling);
}

// Python writes minus infinity, lambda_min_clipped's default, in a way that JSON does not know.
std::string without_infinity(std::string_view text) {
    constexpr std::string_view kInfinity = "-Infinity";
    std::string plain{text};
    for (auto at = plain.find(kInfinity); at != std::string::npos; at = plain.find(kInfinity))
        plain.replace(at, kInfinity.size(), "null");
    return plain;
}

}  // namespace

Result<SchedulerConfig> parse_scheduler_config(std::string_view text) {
    auto config = ConfigReader::parse(without_infinity(text), kFile);
    if (!config) return Failure{config.error()};
    SchedulerConfig schedule;
    check_kind(*config);
    read_options(*config, schedule);
    const auto betas = read_betas(*config, schedule);
    read_variance(*config, schedule);
    read_lcm(*config, schedule, static_cast<int>(betas.size()));
    if (const auto fine = config->finish(); !fine) return Failure{fine.error()};
    if (const auto fine = check_betas(betas); !fine) return Failure{fine.error()};
    schedule.alphas_cumprod = cumulative_alphas(betas);
    if (schedule.alphas_cumprod.back() < std::numeric_limits<float>::min())
        return bad("the betas leave nothing of the signal");
    return schedule;
}

Result<SchedulerConfig> load_scheduler_config(const std::filesystem::path& folder) {
    const auto text = file::read_small(folder / kFile, kMaxConfigBytes);
    if (!text) return Failure{text.error().during(kFile)};
    return parse_scheduler_config(*text);
}

}  // namespace gotong::engine
