// How far back into the noise a picture that is given goes, and how many of the steps are then
// made. Programs count differently; docs/samplers.md has the rules side by side.
#pragma once

#include <cstdint>
#include <string_view>

#include "common/result.h"

namespace gotong::sampling {

inline constexpr double kDefaultStrength = 0.75;  // A1111's, and near diffusers' 0.8.

enum class StrengthRule {
    a1111,      // floor(min(strength, 0.999) x steps) + 1 steps: at least one.
    diffusers,  // floor(strength x steps) steps. Under a mask, strength 1 starts from noise alone.
};

// By our own name, as requests and receipts have it: "a1111", "diffusers".
std::string_view name_of(StrengthRule rule);

// An empty name is a1111's, since that is what most people's numbers are from. invalid_argument
// lists the names.
Result<StrengthRule> strength_rule_named(std::string_view name);

// How many of `steps` are made: the last so many. 0 to `steps`.
std::uint32_t steps_made(StrengthRule rule, std::uint32_t steps, double strength);

// invalid_argument on `strength` outside 0 to 1, and where it leaves no step to make; says the
// nearest that works.
Result<> check_strength(StrengthRule rule, std::uint32_t steps, double strength);

}  // namespace gotong::sampling
