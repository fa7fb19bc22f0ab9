// How long a job waits after an attempt failed by its worker's fault, and when it is given up.
#pragma once

#include <chrono>
#include <cstdint>

namespace gotong::schedule {

inline constexpr std::chrono::milliseconds kFirstRetryDelay{1'000};
inline constexpr std::chrono::milliseconds kLongestRetryDelay{60'000};

// Doubles with each failure: 1 s after the first, at most a minute. `failures` counts from 1.
std::chrono::milliseconds retry_delay(std::uint32_t failures);

struct Failures {
    std::uint32_t attempts = 0;        // That failed by their worker's fault.
    std::uint32_t workers = 0;         // Distinct ones among their workers.
    bool other_worker_online = false;  // One that could render it and has not failed it.
};

// A job is given up when `limit` distinct workers failed it. Where the pool has nobody else to ask,
// `limit` failures are enough: a creator should not wait a day for a fault that repeats itself.
bool is_hopeless(const Failures& failures, std::uint32_t limit);

}  // namespace gotong::schedule
