// How fast a worker is with one model, as it was measured. Known again after a restart.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace gotong::roster {

struct Pace {
    // Rendering time for one micro-credit of price: for one model, pixel-steps per second the other
    // way round.
    std::optional<double> ns_per_micro{};
    std::optional<std::chrono::milliseconds> load{};  // What its newest load took.
    std::uint64_t bytes = 0;                          // Of its files; 0: not known.
    double kept_ns_per_micro = 0;                     // What was written to the store last.

    bool operator==(const Pace&) const = default;
};

using Paces = std::map<std::string, Pace>;  // By the model's digest, hexadecimal.

}  // namespace gotong::roster
