#include "coordinator/schedule/retry.h"

#include <algorithm>

namespace gotong::schedule {

std::chrono::milliseconds retry_delay(std::uint32_t failures) {
    constexpr std::uint32_t kMostDoublings = 16;  // Far beyond the longest delay, far below 2^31.
    const std::uint32_t doublings = std::min(failures > 0 ? failures - 1 : 0, kMostDoublings);
    return std::min(kFirstRetryDelay * (1 << doublings), kLongestRetryDelay);
}

bool is_hopeless(const Failures& failures, std::uint32_t limit) {
    if (failures.workers >= limit) return true;
    return failures.attempts >= limit && !failures.other_worker_online;
}

}  // namespace gotong::schedule
