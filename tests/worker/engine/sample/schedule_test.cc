// What scheduler_config.json may say, and what is refused rather than ignored.
#include "worker/engine/sample/schedule.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <cmath>

namespace gotong::engine {
namespace {

using Catch::Matchers::WithinRel;

Result<SchedulerConfig> parse(const std::string& extra) {
    return parse_scheduler_config(R"({"_class_name": "PNDMScheduler", "beta_start": 0.00085,)"
                                  R"("beta_end": 0.012, "beta_schedule": "scaled_linear")" +
                                  extra + "}");
}

double sigma(float alpha) {
    return std::sqrt((1 - static_cast<double>(alpha)) / static_cast<double>(alpha));
}

TEST_CASE("Stable Diffusion's betas give its well-known range of sigmas") {
    const auto config = parse(R"(, "skip_prk_steps": true, "steps_offset": 1)");
    REQUIRE(config);
    CHECK(config->train_steps() == 1000);
    CHECK(config->steps_offset == 1);
    CHECK(config->spacing == std::nullopt);
    CHECK_THAT(sigma(config->alphas_cumprod.front()), WithinRel(0.0292, 2e-3));
    CHECK_THAT(sigma(config->alphas_cumprod.back()), WithinRel(14.6146, 1e-5));
}

TEST_CASE("betas may be listed") {
    const auto config = parse(R"(, "num_train_timesteps": 3, "trained_betas": [0.5, 0.25, 0.125])");
    REQUIRE(config);
    CHECK(config->alphas_cumprod == std::vector<float>{0.5F, 0.375F, 0.328125F});
}

TEST_CASE("the minus infinity that Python writes is read as no limit") {
    const auto config = parse(R"(, "lambda_min_clipped": -Infinity)");
    REQUIRE(config);
    CHECK(config->lambda_min_clipped == std::nullopt);
    CHECK(parse(R"(, "lambda_min_clipped": -5.1)")->lambda_min_clipped == -5.1);
}

TEST_CASE("any number of minus infinities is read in one go") {
    std::string list = "[-Infinity";
    while (list.size() < 1'000'000) list += ",-Infinity";
    const auto config = parse(R"(, "trained_betas": )" + list + "]");
    REQUIRE_FALSE(config);
    CHECK(config.error().message.find("trained_betas") != std::string::npos);
}

TEST_CASE("another scheduler's name is shown in one line") {
    const auto config =
        parse_scheduler_config(R"({"_class_name": ")" + std::string(100'000, 'x') + "\"}");
    REQUIRE_FALSE(config);
    CHECK(config.error().message.size() < 200);
}

TEST_CASE("a config of a model that was distilled to few steps says how") {
    const auto config =
        parse_scheduler_config(R"({"_class_name": "LCMScheduler", "original_inference_steps": 100,)"
                               R"("timestep_scaling": 8.0, "clip_sample": false})");
    REQUIRE(config);
    CHECK(config->lcm_original_steps == 100);
    CHECK(config->lcm_timestep_scaling == 8.0);
    CHECK(config->clip_sample == false);
    CHECK(parse("")->lcm_original_steps == 50);
    CHECK(parse("")->clip_sample == std::nullopt);
    CHECK(parse(R"(, "num_train_timesteps": 20)")->lcm_original_steps == 20);
}

TEST_CASE("the variance that DDPM draws is the smaller one unless the config says the larger") {
    CHECK_FALSE(parse("")->large_variance);
    CHECK_FALSE(parse(R"(, "variance_type": null)")->large_variance);
    CHECK(parse(R"(, "variance_type": "fixed_large")")->large_variance);
}

TEST_CASE("what the samplers do not do is refused by name") {
    const struct {
        const char* extra;
        const char* key;
    } cases[] = {
        {R"(, "prediction_type": "flow_prediction")", "prediction_type"},
        {R"(, "rescale_betas_zero_snr": true)", "rescale_betas_zero_snr"},
        {R"(, "thresholding": true)", "thresholding"},
        {R"(, "timestep_spacing": "random")", "timestep_spacing"},
        {R"(, "use_lu_lambdas": true)", "use_lu_lambdas"},
        {R"(, "use_flow_sigmas": true)", "use_flow_sigmas"},
        {R"(, "interpolation_type": "log_linear")", "interpolation_type"},
        {R"(, "timestep_type": "continuous")", "timestep_type"},
        {R"(, "variance_type": "learned_range")", "variance_type"},
        {R"(, "final_sigmas_type": "denoise_to_zero")", "final_sigmas_type"},
        {R"(, "sigma_max": 80.0)", "sigma_max"},
        {R"(, "a_key_of_tomorrow": 7)", "a_key_of_tomorrow"},
    };
    for (const auto& [extra, key] : cases) {
        const auto config = parse(extra);
        REQUIRE_FALSE(config);
        CHECK(config.error().code == ErrorCode::unimplemented);
        CHECK(config.error().message.find("scheduler_config.json") != std::string::npos);
        CHECK(config.error().message.find(key) != std::string::npos);
    }
}

TEST_CASE("a scheduler of another family is refused") {
    for (const char* name : {"FlowMatchEulerDiscreteScheduler", "EDMEulerScheduler", ""}) {
        const auto config =
            parse_scheduler_config(R"({"_class_name": ")" + std::string(name) + R"("})");
        REQUIRE_FALSE(config);
        CHECK(config.error().code == ErrorCode::unimplemented);
    }
}

TEST_CASE("values of another type or beyond reason are refused") {
    for (const char* extra : {R"(, "num_train_timesteps": 0)", R"(, "num_train_timesteps": 1e9)",
                              R"(, "steps_offset": -1)", R"(, "clip_sample": "yes")",
                              R"(, "trained_betas": [0.1])", R"(, "trained_betas": "none")",
                              R"(, "num_train_timesteps": 2, "trained_betas": [0.1, 1.0])",
                              R"(, "num_train_timesteps": 2, "trained_betas": [-0.1, 0.5])"}) {
        CAPTURE(extra);
        const auto config = parse(extra);
        REQUIRE_FALSE(config);
        CHECK(config.error().code == ErrorCode::invalid_argument);
    }
    CHECK_FALSE(parse_scheduler_config("[]"));
    CHECK_FALSE(parse_scheduler_config("{"));
}

}  // namespace
}  // namespace gotong::engine
