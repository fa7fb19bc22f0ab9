// Plans against the sums that diffusers' own tests expect of its schedulers: ten steps on a ramp
// from 0 to 1, with a model that returns its input times t / (t + 1). No weights are needed.
#include "worker/engine/sample/plan.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <cmath>
#include <deque>
#include <numeric>
#include <string>

#include "common/sampling/samplers.h"
#include "worker/engine/sample/noise.h"

namespace gotong::engine {
namespace {

using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;

constexpr std::size_t kElements = 4 * 3 * 8 * 8;
constexpr int kSteps = 10;

SchedulerConfig config_of(const std::string& extra, int train_steps = 1000) {
    const auto config = parse_scheduler_config(
        R"({"_class_name": "DDIMScheduler", "num_train_timesteps": )" +
        std::to_string(train_steps) +
        R"(, "beta_start": 0.0001, "beta_end": 0.02, "beta_schedule": "linear")" + extra + "}");
    REQUIRE(config);
    return *config;
}

// The order in which diffusers lays the ramp out in memory: the last of its axes comes first.
std::vector<double> ramp() {
    std::vector<double> values;
    for (std::size_t batch = 0; batch < 4; ++batch)
        for (std::size_t i = 0; i < kElements / 4; ++i)
            values.push_back(static_cast<double>(4 * i + batch) / kElements);
    return values;
}

double sum(const Mix& mix, double latent, double anchor, double output, double denoised,
           double noise, const std::deque<double>& kept) {
    double total = mix.latent * latent + mix.anchor * anchor + mix.output * output +
                   mix.denoised * denoised + mix.noise * noise;
    for (std::size_t k = 0; k < mix.kept.size(); ++k) total += mix.kept[k] * kept.at(k);
    return total;
}

// The sampler's state for one element, driven as plan.h says.
struct Element {
    double latent = 0;
    double anchor = 0;
    std::deque<double> kept{};

    void take(const Plan& plan, const Evaluation& call, double output, double noise) {
        double denoised = call.from_latent * latent + call.from_output * output;
        if (plan.clamp_denoised > 0)
            denoised = std::clamp(denoised, -plan.clamp_denoised, plan.clamp_denoised);
        const auto mixed = [&](const Mix& mix) {
            return sum(mix, latent, anchor, output, denoised, noise, kept);
        };
        const double next = mixed(call.next);
        const double new_anchor = call.anchor ? mixed(*call.anchor) : anchor;
        kept.push_front(mixed(call.keep));
        latent = next;
        anchor = new_anchor;
    }
};

// The sum of magnitudes after all steps.
double run(const Plan& plan) {
    const auto noise = torch_cpu_normals(0, kElements * plan.evaluations.size());
    std::vector<double> x = ramp();
    double total = 0;
    for (std::size_t e = 0; e < kElements; ++e) {
        Element element{.latent = x[e] * plan.init_noise_sigma};
        std::size_t draws = 0;
        for (const Evaluation& call : plan.evaluations) {
            element.latent *= call.input_scale;  // Their loop steps from the scaled latent, oddly.
            const double output = element.latent * call.timestep / (call.timestep + 1);
            element.take(plan, call, output, static_cast<double>(noise[draws * kElements + e]));
            if (call.next.noise != 0) ++draws;
        }
        total += std::abs(element.latent);
    }
    return total;
}

Plan plan_of(const SchedulerConfig& config, SamplerKind sampler,
             ScheduleKind schedule = ScheduleKind::normal, int steps = kSteps) {
    const auto plan = make_plan(config, sampler, schedule, {steps});
    REQUIRE(plan);
    return *plan;
}

constexpr const char* kVPrediction = R"(, "prediction_type": "v_prediction")";
constexpr int kEulerTrainSteps = 1100;

TEST_CASE("Euler's ten steps give diffusers' sum") {
    const auto config = config_of("", kEulerTrainSteps);
    CHECK_THAT(run(plan_of(config, SamplerKind::euler)), WithinAbs(10.0807, 1e-3));
}

TEST_CASE("Euler's ten steps on Karras sigmas give diffusers' sum") {
    const auto config = config_of("", kEulerTrainSteps);
    CHECK_THAT(run(plan_of(config, SamplerKind::euler, ScheduleKind::karras)),
               WithinAbs(124.52299, 1e-2));
}

TEST_CASE("ten ancestral steps with torch's noise give diffusers' sum") {
    CHECK_THAT(run(plan_of(config_of("", kEulerTrainSteps), SamplerKind::euler_a)),
               WithinAbs(152.3192, 1e-2));
    CHECK_THAT(run(plan_of(config_of(kVPrediction, kEulerTrainSteps), SamplerKind::euler_a)),
               WithinAbs(108.4439, 1e-2));
}

TEST_CASE("ten DDIM steps with clipping give diffusers' sum") {
    CHECK_THAT(run(plan_of(config_of(""), SamplerKind::ddim)), WithinAbs(172.0067, 1e-2));
    CHECK_THAT(run(plan_of(config_of(kVPrediction), SamplerKind::ddim)), WithinAbs(52.5302, 1e-2));
}

TEST_CASE("DDIM ends where set_alpha_to_one says") {
    const auto strong = [](const char* extra) {
        const auto config = parse_scheduler_config(
            std::string(R"({"_class_name": "DDIMScheduler", "beta_start": 0.01)") + extra + "}");
        REQUIRE(config);
        return run(plan_of(*config, SamplerKind::ddim));
    };
    CHECK_THAT(strong(R"(, "set_alpha_to_one": true)"), WithinAbs(149.8295, 1e-2));
    CHECK_THAT(strong(R"(, "set_alpha_to_one": false)"), WithinAbs(149.0784, 1e-2));
}

TEST_CASE("ten DPM++ 2M steps down to the smallest sigma give diffusers' mean") {
    const std::string ends = R"(, "lower_order_final": false, "final_sigmas_type": "sigma_min")";
    const auto mean = [&](const std::string& extra, ScheduleKind schedule) {
        return run(plan_of(config_of(ends + extra), SamplerKind::dpmpp_2m, schedule)) / kElements;
    };
    CHECK_THAT(mean("", ScheduleKind::normal), WithinAbs(0.3301, 1e-4));
    CHECK_THAT(mean(kVPrediction, ScheduleKind::normal), WithinAbs(0.2251, 1e-4));
    CHECK_THAT(mean("", ScheduleKind::karras), WithinAbs(0.2945, 1e-4));
}

TEST_CASE("ten steps of the two-call samplers give diffusers' sums") {
    const auto epsilon = config_of("", kEulerTrainSteps);
    const auto velocity = config_of(kVPrediction, kEulerTrainSteps);
    CHECK_THAT(run(plan_of(epsilon, SamplerKind::heun)), WithinAbs(0.1233, 1e-3));
    CHECK_THAT(run(plan_of(velocity, SamplerKind::heun)), WithinAbs(4.6934e-07, 1e-6));
    CHECK_THAT(run(plan_of(epsilon, SamplerKind::dpm2)), WithinAbs(20.4125, 1e-2));
    CHECK_THAT(run(plan_of(velocity, SamplerKind::dpm2)), WithinAbs(0, 1e-3));
    CHECK_THAT(run(plan_of(epsilon, SamplerKind::dpm2_a)), WithinRel(13979.9433, 1e-5));
    CHECK_THAT(run(plan_of(velocity, SamplerKind::dpm2_a)), WithinAbs(331.8133, 1e-2));
}

TEST_CASE("ten LMS steps give diffusers' sums") {
    const auto epsilon = config_of("", kEulerTrainSteps);
    CHECK_THAT(run(plan_of(epsilon, SamplerKind::lms)), WithinAbs(1006.388, 1e-2));
    CHECK_THAT(run(plan_of(epsilon, SamplerKind::lms, ScheduleKind::karras)),
               WithinAbs(3812.9927, 2e-2));
    CHECK_THAT(run(plan_of(config_of(kVPrediction, kEulerTrainSteps), SamplerKind::lms)),
               WithinAbs(0.0017, 1e-4));
}

TEST_CASE("ten UniPC steps down to the smallest sigma give diffusers' means") {
    const auto mean = [](const std::string& extra, ScheduleKind schedule) {
        const auto config = config_of(R"(, "final_sigmas_type": "sigma_min")" + extra);
        return run(plan_of(config, SamplerKind::unipc, schedule)) / kElements;
    };
    CHECK_THAT(mean("", ScheduleKind::normal), WithinAbs(0.2464, 1e-4));
    CHECK_THAT(mean("", ScheduleKind::karras), WithinAbs(0.2925, 1e-4));
    CHECK_THAT(mean(kVPrediction, ScheduleKind::normal), WithinAbs(0.1014, 1e-4));
    CHECK_THAT(mean(kVPrediction, ScheduleKind::karras), WithinAbs(0.1966, 1e-3));
}

TEST_CASE("ten DEIS steps give diffusers' means") {
    const auto mean = [](const std::string& extra) {
        return run(plan_of(config_of(extra), SamplerKind::deis)) / kElements;
    };
    CHECK_THAT(mean(""), WithinAbs(0.23916, 1e-4));
    CHECK_THAT(mean(kVPrediction), WithinAbs(0.091, 1e-4));
}

TEST_CASE("all thousand DDPM steps give diffusers' sums") {
    const auto total = [](const std::string& extra) {
        return run(plan_of(config_of(extra), SamplerKind::ddpm, ScheduleKind::normal, 1000));
    };
    CHECK_THAT(total(""), WithinAbs(258.9606, 1e-2));
    CHECK_THAT(total(kVPrediction), WithinAbs(202.0296, 1e-2));
}

TEST_CASE("one and ten LCM steps give diffusers' sums") {
    const auto config = parse_scheduler_config(
        R"({"_class_name": "LCMScheduler", "beta_start": 0.00085, "beta_end": 0.012,)"
        R"( "beta_schedule": "scaled_linear"})");
    REQUIRE(config);
    const auto total = [&](int steps) {
        return run(plan_of(*config, SamplerKind::lcm, ScheduleKind::normal, steps));
    };
    CHECK_THAT(total(1), WithinAbs(18.7097, 1e-3));
    CHECK_THAT(total(10), WithinAbs(197.7616, 1e-2));
}

TEST_CASE("spacings put the timesteps where diffusers puts them") {
    const auto timesteps = [](const std::string& spacing, SamplerKind sampler) {
        const auto config =
            config_of(R"(, "steps_offset": 1, "timestep_spacing": ")" + spacing + '"');
        std::vector<double> found;
        for (const auto& call : plan_of(config, sampler, ScheduleKind::normal, 4).evaluations)
            found.push_back(call.timestep);
        return found;
    };
    using Timesteps = std::vector<double>;
    CHECK(timesteps("leading", SamplerKind::euler) == Timesteps{751, 501, 251, 1});
    CHECK(timesteps("trailing", SamplerKind::euler) == Timesteps{999, 749, 499, 249});
    CHECK(timesteps("linspace", SamplerKind::euler) == Timesteps{999, 666, 333, 0});
    CHECK(timesteps("leading", SamplerKind::dpmpp_2m) == Timesteps{801, 601, 401, 201});
    CHECK(timesteps("linspace", SamplerKind::dpmpp_2m) == Timesteps{999, 749, 500, 250});
    CHECK(timesteps("leading", SamplerKind::plms) == Timesteps{751, 501, 501, 251, 1});
    CHECK(timesteps("leading", SamplerKind::heun) == Timesteps{751, 501, 501, 251, 251, 1, 1});
    CHECK(timesteps("leading", SamplerKind::lcm) == Timesteps{999, 759, 499, 259});
}

TEST_CASE("the trailing schedule is the normal one of a config with that spacing") {
    const auto told = config_of(R"(, "timestep_spacing": "trailing")");
    for (const auto& it : sampling::samplers()) {
        if (it.kind == SamplerKind::lcm) continue;  // Its normal schedule knows no spacing.
        const auto asked = plan_of(config_of(""), it.kind, ScheduleKind::trailing);
        const auto normal = plan_of(told, it.kind);
        CAPTURE(it.name);
        CHECK(asked.init_noise_sigma == normal.init_noise_sigma);
        for (std::size_t i = 0; i < normal.evaluations.size(); ++i)
            CHECK(asked.evaluations[i].timestep == normal.evaluations[i].timestep);
    }
}

TEST_CASE("a config without a spacing leaves each sampler its own default") {
    const auto first = [](SamplerKind sampler) {
        return plan_of(config_of(""), sampler).evaluations.front().timestep;
    };
    CHECK(first(SamplerKind::euler) == 999);
    CHECK(first(SamplerKind::dpmpp_2m) == 999);
    CHECK(first(SamplerKind::ddim) == 900);
    CHECK(first(SamplerKind::ddpm) == 900);
}

TEST_CASE("DDIM on Karras sigmas is Euler on the same, scaled to unit variance") {
    const auto config = config_of(R"(, "clip_sample": false)");
    const auto euler = plan_of(config, SamplerKind::euler, ScheduleKind::karras);
    const auto ddim = plan_of(config, SamplerKind::ddim, ScheduleKind::karras);
    Element x{.latent = 3.0};
    Element y{.latent = 3.0 * euler.evaluations[0].input_scale};
    for (std::size_t i = 0; i < euler.evaluations.size(); ++i) {
        const double output = 0.7 * std::sin(y.latent);
        CHECK(euler.evaluations[i].timestep == ddim.evaluations[i].timestep);
        CHECK_THAT(x.latent * euler.evaluations[i].input_scale, WithinRel(y.latent, 1e-9));
        x.take(euler, euler.evaluations[i], output, 0);
        y.take(ddim, ddim.evaluations[i], output, 0);
    }
    CHECK_THAT(x.latent, WithinRel(y.latent, 1e-9));
}

// Every pair that there is, with a few numbers of steps.
template <class Check>
void for_each_pair(Check check) {
    for (const auto& sampler : sampling::samplers())
        for (const auto& schedule : sampling::schedules()) {
            if (!sampling::takes(sampler.kind, schedule.kind)) continue;
            CAPTURE(sampler.name, schedule.name);
            for (const int steps : {1, 2, 3, 4, 10, 20}) check(sampler, schedule.kind, steps);
        }
}

bool is_finite(const Mix& mix) {
    return std::isfinite(mix.latent + mix.anchor + mix.output + mix.denoised + mix.noise +
                         std::accumulate(mix.kept.begin(), mix.kept.end(), 0.0));
}

TEST_CASE("every pair has as many steps and calls as the table says, and finite weights") {
    for (const char* betas : {"linear", "squaredcos_cap_v2"}) {
        const auto config = parse_scheduler_config(
            R"({"_class_name": "DDIMScheduler", "beta_schedule": ")" + std::string(betas) + "\"}");
        REQUIRE(config);
        for_each_pair([&](const auto& sampler, ScheduleKind schedule, int steps) {
            const auto plan = plan_of(*config, sampler.kind, schedule, steps);
            CHECK(plan.steps() == steps);
            CHECK(plan.evaluations.size() ==
                  sampling::denoiser_calls(sampler.kind, static_cast<std::uint32_t>(steps)));
            for (const auto& call : plan.evaluations)
                CHECK((is_finite(call.next) && (!call.anchor || is_finite(*call.anchor)) &&
                       is_finite(call.keep) && call.timestep >= 0 && call.timestep <= 999));
        });
    }
}

TEST_CASE("noise is drawn by the samplers that the table says draw it, and never at the end") {
    for_each_pair([](const auto& sampler, ScheduleKind schedule, int steps) {
        const auto plan = plan_of(config_of(""), sampler.kind, schedule, steps);
        const auto draws = [](const Evaluation& call) { return call.next.noise > 0; };
        CHECK(std::any_of(plan.evaluations.begin(), plan.evaluations.end(), draws) ==
              (sampler.draws_noise && steps > 1));
        CHECK_FALSE(draws(plan.evaluations.back()));
    });
}

// Until the first evaluation that ends a step, nothing is looked up that was not kept before.
TEST_CASE("no evaluation looks further back than there is a past") {
    for_each_pair([](const auto& sampler, ScheduleKind schedule, int steps) {
        const auto plan = plan_of(config_of(""), sampler.kind, schedule, steps);
        for (std::size_t i = 0; i < plan.evaluations.size(); ++i) {
            CHECK(plan.evaluations[i].next.kept.size() <= i);
            CHECK((i > 0 || plan.evaluations[i].next.anchor == 0));
        }
    });
}

TEST_CASE("samplers that go down to no noise end on their guess of the picture") {
    const auto config = config_of(R"(, "clip_sample": false)");
    for (const auto sampler :
         {SamplerKind::euler, SamplerKind::euler_a, SamplerKind::heun, SamplerKind::dpm2,
          SamplerKind::dpm2_a, SamplerKind::dpmpp_2s_a, SamplerKind::dpmpp_2m,
          SamplerKind::dpmpp_2m_sde, SamplerKind::dpmpp_sde, SamplerKind::dpmpp_3m_sde})
        for (const auto& schedule : sampling::schedules()) {
            const auto last = plan_of(config, sampler, schedule.kind).evaluations.back().next;
            CHECK(last.denoised == 1);
            CHECK(last.latent == 0);
            CHECK(last.anchor == 0);
            CHECK(last.kept.empty());
        }
}

TEST_CASE("too few or too many steps name the limit and the nearest number that works") {
    for (const int steps : {0, -3, 1001}) {
        const auto plan =
            make_plan(config_of(""), SamplerKind::euler, ScheduleKind::normal, {steps});
        REQUIRE_FALSE(plan);
        CHECK(plan.error().code == ErrorCode::invalid_argument);
        CHECK(plan.error().field == "steps");
        CHECK(plan.error().message.find("1 to 1000") != std::string::npos);
        CHECK(plan.error().message.find(steps > 1000 ? "works is 1000" : "works is 1") !=
              std::string::npos);
    }
}

TEST_CASE("LCM takes no more steps than it was distilled for") {
    const auto plan = make_plan(config_of(""), SamplerKind::lcm, ScheduleKind::normal, {51});
    REQUIRE_FALSE(plan);
    CHECK(plan.error().message.find("1 to 50") != std::string::npos);
    CHECK(make_plan(config_of(R"(, "original_inference_steps": 100)"), SamplerKind::lcm,
                    ScheduleKind::normal, {51}));
}

TEST_CASE("PLMS refuses a schedule that is not even") {
    const auto plan = make_plan(config_of(""), SamplerKind::plms, ScheduleKind::karras, {10});
    REQUIRE_FALSE(plan);
    CHECK(plan.error().field == "schedule");
}

}  // namespace
}  // namespace gotong::engine
