#include "common/sampling/strength.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "common/text/decimal.h"

namespace gotong::sampling {
namespace {

// In the order of StrengthRule.
constexpr std::array<std::string_view, 2> kNames{"a1111", "diffusers"};

// Else floor() below would count one step too many at strength 1.
constexpr double kLargestOfA1111 = 0.999;

Failure wrong(const std::string& what) {
    return fail(ErrorCode::invalid_argument, "strength " + what, "strength");
}

// The smallest strength of four decimals that makes a step.
std::string least_strength(std::uint32_t steps) {
    constexpr double kDigits = 10'000;
    return text::decimal(std::ceil(kDigits / steps) / kDigits);
}

}  // namespace

std::string_view name_of(StrengthRule rule) { return kNames.at(static_cast<std::size_t>(rule)); }

Result<StrengthRule> strength_rule_named(std::string_view name) {
    if (name.empty() || name == name_of(StrengthRule::a1111)) return StrengthRule::a1111;
    if (name == name_of(StrengthRule::diffusers)) return StrengthRule::diffusers;
    return fail(
        ErrorCode::invalid_argument,
        "strength_rule \"" + std::string(name) + "\" is not known; it is a1111 or diffusers",
        "strength_rule");
}

std::uint32_t steps_made(StrengthRule rule, std::uint32_t steps, double strength) {
    const bool counts_one_more = rule == StrengthRule::a1111;
    const double share = counts_one_more ? std::min(strength, kLargestOfA1111) : strength;
    const double whole = std::floor(share * steps) + (counts_one_more ? 1 : 0);
    return static_cast<std::uint32_t>(std::clamp(whole, 0.0, static_cast<double>(steps)));
}

Result<> check_strength(StrengthRule rule, std::uint32_t steps, double strength) {
    if (!(strength >= 0 && strength <= 1)) {
        const std::string nearest = strength > 1 ? "1" : "0";
        return wrong((std::isfinite(strength) ? "is " + text::decimal(strength) : "is no number") +
                     "; it must be 0 to 1: the nearest is " + nearest);
    }
    if (steps == 0 || steps_made(rule, steps, strength) > 0) return {};
    return wrong("is " + text::decimal(strength) + ", which makes none of " +
                 std::to_string(steps) + " steps as diffusers counts; the nearest is " +
                 least_strength(steps));
}

}  // namespace gotong::sampling
