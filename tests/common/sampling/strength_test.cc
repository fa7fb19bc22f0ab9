// Step counts against those of the two programs whose rules they are: diffusers' get_timesteps()
// and AUTOMATIC1111's setup_img2img_steps(), worked out with Python.
#include "common/sampling/strength.h"

#include <catch2/catch_test_macros.hpp>
#include <limits>

namespace gotong::sampling {
namespace {

using enum StrengthRule;

TEST_CASE("AUTOMATIC1111 makes the whole part and one step more, at least one and at most all") {
    CHECK(steps_made(a1111, 20, 0.75) == 16);
    CHECK(steps_made(a1111, 25, 0.6) == 16);
    CHECK(steps_made(a1111, 20, 0.0) == 1);
    CHECK(steps_made(a1111, 20, 1.0) == 20);
    CHECK(steps_made(a1111, 1, 0.5) == 1);
    CHECK(steps_made(a1111, 150, 1.0) == 150);
    CHECK(steps_made(a1111, 50, 0.29) == 15);
}

TEST_CASE("diffusers makes the whole part, as Python's doubles have it") {
    CHECK(steps_made(diffusers, 20, 0.75) == 15);
    CHECK(steps_made(diffusers, 50, 0.8) == 40);
    CHECK(steps_made(diffusers, 100, 0.29) == 28);  // 28.999999999999996 there, too.
    CHECK(steps_made(diffusers, 20, 1.0) == 20);
    CHECK(steps_made(diffusers, 20, 0.04) == 0);
}

TEST_CASE("a strength outside 0 to 1 is refused with the nearest that works") {
    CHECK(check_strength(a1111, 20, 0.0));
    CHECK(check_strength(a1111, 20, 1.0));
    const auto high = check_strength(a1111, 20, 1.5);
    REQUIRE_FALSE(high);
    CHECK(high.error().field == "strength");
    CHECK(high.error().message == "strength is 1.5; it must be 0 to 1: the nearest is 1");
    CHECK(check_strength(a1111, 20, -0.1).error().message.ends_with("the nearest is 0"));
    for (const double odd :
         {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()})
        CHECK(check_strength(diffusers, 20, odd).error().code == ErrorCode::invalid_argument);
}

TEST_CASE("a strength that makes no step is refused with the least that makes one") {
    for (std::uint32_t steps = 1; steps <= 150; ++steps) {
        const auto refused = check_strength(diffusers, steps, 0.5 / steps);
        REQUIRE_FALSE(refused);
        const std::string& message = refused.error().message;
        const double nearest = std::stod(message.substr(message.rfind(' ')));
        INFO(message);
        CHECK(check_strength(diffusers, steps, nearest));
    }
}

TEST_CASE("rules go by their names, and AUTOMATIC1111's where none is said") {
    CHECK(strength_rule_named("") == a1111);
    for (const StrengthRule rule : {a1111, diffusers})
        CHECK(strength_rule_named(name_of(rule)) == rule);
    const auto unknown = strength_rule_named("comfyui");
    REQUIRE_FALSE(unknown);
    CHECK(unknown.error().field == "strength_rule");
    CHECK(unknown.error().message.find("a1111 or diffusers") != std::string::npos);
}

}  // namespace
}  // namespace gotong::sampling
