// How long to wait before trying again: exponential growth with jitter, so that a thousand workers
// that lost their pool at the same moment do not come back at the same moment.
//
// A pure function; the caller counts the failures and draws the random number.
#pragma once

#include <chrono>
#include <cstdint>

namespace gotong {

struct Backoff {
    std::chrono::milliseconds first;      // Longest wait after the first failure.
    std::chrono::milliseconds most;       // Longest wait ever, but for the spread.
    std::chrono::milliseconds spread{0};  // Everybody waits a random share of this besides.
};

// A delay between half of `ceiling` and `ceiling + spread`, where ceiling = min(most, first *
// 2^(failures-1)). `failures` counts from 1; 0 means no wait. `random` is uniform in [0, 1).
std::chrono::milliseconds backoff_delay(const Backoff& backoff, std::uint32_t failures,
                                        double random);

}  // namespace gotong
