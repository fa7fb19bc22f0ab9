// Seeds that found a bug, each with what it was: they are played for ever.
#pragma once

#include <array>
#include <cstdint>

namespace gotong::simulation {

struct NamedSeed {
    std::uint64_t seed = 0;
    const char* story = "";
};

inline constexpr std::array<NamedSeed, 0> kNamedSeeds{};

}  // namespace gotong::simulation
