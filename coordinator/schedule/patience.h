// For how long a job is kept from a worker that would have to load its model first.
//
// Loading for every job whose turn it is would make a pool with two models load all day. So a job
// that is passed over for the sake of what is loaded waits a few loads' time, counted from the
// first time that this happens to it, and then gets the worker all the same: nobody waits longer
// for it, and at most a fifth of a worker's time goes into loading when two models' jobs wait for
// it.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

#include "common/time.h"

namespace gotong::schedule {

inline constexpr int kLoadsOfPatience = 4;
inline constexpr std::chrono::nanoseconds kLongestPatience = std::chrono::seconds{60};

inline std::chrono::nanoseconds patience_for(std::chrono::nanoseconds swap) {
    return std::min(kLoadsOfPatience * swap, kLongestPatience);
}

// `passed_over`: since when; nullopt: not yet.
inline bool is_patient(std::optional<Monotonic> passed_over, std::chrono::nanoseconds swap,
                       Monotonic now) {
    return !passed_over || now - *passed_over < patience_for(swap);
}

}  // namespace gotong::schedule
