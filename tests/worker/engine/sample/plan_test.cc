// Plans against the sums that diffusers' own tests expect of its schedulers: ten steps on a ramp
// from 0 to 1, with a model that returns its input times t / (t + 1). No weights are needed.
#include "worker/engine/sample/plan.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <cmath>
#include <string>

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

double advance(const Plan& plan, const Step& step, double x, double output, double previous,
               double noise, double* denoised) {
    *denoised = step.from_latent * x + step.from_output * output;
    if (plan.clamp_denoised > 0)
        *denoised = std::clamp(*denoised, -plan.clamp_denoised, plan.clamp_denoised);
    return step.latent * x + step.output * output + step.denoised * *denoised +
           step.previous * previous + step.noise * noise;
}

// The sum of magnitudes after all steps.
double run(const Plan& plan) {
    const auto noise = torch_cpu_normals(0, kElements * kSteps);
    std::vector<double> x = ramp();
    std::vector<double> denoised(kElements);
    double sum = 0;
    for (std::size_t e = 0; e < kElements; ++e) {
        x[e] *= plan.init_noise_sigma;
        for (std::size_t i = 0; i < plan.steps.size(); ++i) {
            const Step& step = plan.steps[i];
            x[e] *= step.input_scale;  // Their loop steps from the scaled latent, oddly.
            const double output = x[e] * step.timestep / (step.timestep + 1);
            x[e] = advance(plan, step, x[e], output, denoised[e],
                           static_cast<double>(noise[i * kElements + e]), &denoised[e]);
        }
        sum += std::abs(x[e]);
    }
    return sum;
}

Plan plan_of(const SchedulerConfig& config, SamplerKind sampler,
             ScheduleKind schedule = ScheduleKind::normal, int steps = kSteps) {
    const auto plan = make_plan(config, sampler, schedule, steps);
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

TEST_CASE("spacings put the timesteps where diffusers puts them") {
    const auto timesteps = [](const std::string& spacing, SamplerKind sampler) {
        const auto config =
            config_of(R"(, "steps_offset": 1, "timestep_spacing": ")" + spacing + '"');
        std::vector<double> found;
        for (const Step& step : plan_of(config, sampler, ScheduleKind::normal, 4).steps)
            found.push_back(step.timestep);
        return found;
    };
    using Timesteps = std::vector<double>;
    CHECK(timesteps("leading", SamplerKind::euler) == Timesteps{751, 501, 251, 1});
    CHECK(timesteps("trailing", SamplerKind::euler) == Timesteps{999, 749, 499, 249});
    CHECK(timesteps("linspace", SamplerKind::euler) == Timesteps{999, 666, 333, 0});
    CHECK(timesteps("leading", SamplerKind::dpmpp_2m) == Timesteps{801, 601, 401, 201});
    CHECK(timesteps("linspace", SamplerKind::dpmpp_2m) == Timesteps{999, 749, 500, 250});
}

TEST_CASE("a config without a spacing leaves each sampler its own default") {
    const auto first = [](SamplerKind sampler) {
        return plan_of(config_of(""), sampler).steps.front().timestep;
    };
    CHECK(first(SamplerKind::euler) == 999);
    CHECK(first(SamplerKind::dpmpp_2m) == 999);
    CHECK(first(SamplerKind::ddim) == 900);
}

TEST_CASE("DDIM on Karras sigmas is Euler on the same, scaled to unit variance") {
    const auto config = config_of(R"(, "clip_sample": false)");
    const auto euler = plan_of(config, SamplerKind::euler, ScheduleKind::karras);
    const auto ddim = plan_of(config, SamplerKind::ddim, ScheduleKind::karras);
    double x = 3.0;
    double y = x * euler.steps[0].input_scale;
    for (std::size_t i = 0; i < euler.steps.size(); ++i) {
        const double output = 0.7 * std::sin(y);
        CHECK(euler.steps[i].timestep == ddim.steps[i].timestep);
        CHECK_THAT(x * euler.steps[i].input_scale, WithinRel(y, 1e-9));
        double unused = 0;
        x = advance(euler, euler.steps[i], x, output, 0, 0, &unused);
        y = advance(ddim, ddim.steps[i], y, output, 0, 0, &unused);
    }
    CHECK_THAT(x, WithinRel(y, 1e-9));
}

TEST_CASE("only ancestral steps draw noise, and the last one draws none") {
    const auto plan = plan_of(config_of(""), SamplerKind::euler_a, ScheduleKind::karras);
    CHECK(std::all_of(plan.steps.begin(), plan.steps.end() - 1,
                      [](const Step& step) { return step.noise > 0; }));
    CHECK(plan.steps.back().noise == 0);
    for (const auto sampler : {SamplerKind::euler, SamplerKind::ddim, SamplerKind::dpmpp_2m})
        for (const Step& step : plan_of(config_of(""), sampler).steps) CHECK(step.noise == 0);
}

TEST_CASE("every sampler ends on its guess of the picture") {
    const auto config = config_of(R"(, "clip_sample": false)");
    for (const auto sampler : {SamplerKind::euler, SamplerKind::euler_a, SamplerKind::dpmpp_2m})
        for (const auto schedule : {ScheduleKind::normal, ScheduleKind::karras}) {
            const Step last = plan_of(config, sampler, schedule).steps.back();
            CHECK(last.denoised == 1);
            CHECK(last.latent == 0);
            CHECK(last.previous == 0);
        }
}

TEST_CASE("one step is enough for every sampler") {
    for (const auto sampler :
         {SamplerKind::euler, SamplerKind::euler_a, SamplerKind::ddim, SamplerKind::dpmpp_2m})
        for (const auto schedule : {ScheduleKind::normal, ScheduleKind::karras}) {
            const auto plan = plan_of(config_of(""), sampler, schedule, 1);
            REQUIRE(plan.steps.size() == 1);
            CHECK(std::isfinite(plan.steps[0].denoised));
        }
}

TEST_CASE("too few or too many steps name the limit and the nearest number that works") {
    for (const int steps : {0, -3, 1001}) {
        const auto plan = make_plan(config_of(""), SamplerKind::euler, ScheduleKind::normal, steps);
        REQUIRE_FALSE(plan);
        CHECK(plan.error().code == ErrorCode::invalid_argument);
        CHECK(plan.error().field == "steps");
        CHECK(plan.error().message.find("1 to 1000") != std::string::npos);
        CHECK(plan.error().message.find(steps > 1000 ? "works is 1000" : "works is 1") !=
              std::string::npos);
    }
}

TEST_CASE("sampler and schedule names are those of the command line") {
    CHECK(sampler_from_name("euler") == SamplerKind::euler);
    CHECK(sampler_from_name("euler_a") == SamplerKind::euler_a);
    CHECK(sampler_from_name("ddim") == SamplerKind::ddim);
    CHECK(sampler_from_name("dpmpp_2m") == SamplerKind::dpmpp_2m);
    CHECK(schedule_from_name("normal") == ScheduleKind::normal);
    CHECK(schedule_from_name("karras") == ScheduleKind::karras);
    CHECK(sampler_from_name("Euler").error().field == "sampler");
    CHECK(schedule_from_name("").error().field == "schedule");
}

}  // namespace
}  // namespace gotong::engine
