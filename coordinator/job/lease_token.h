// The name of one attempt, and how far its worker says it is.
#pragma once

#include <compare>
#include <cstdint>

#include "common/ids.h"

namespace gotong::job {

// Which job, and which attempt at it. The attempt is the fencing token: it only grows, so whoever
// speaks under an older one is known to be late.
struct LeaseToken {
    JobId job;
    std::uint32_t attempt = 0;
    auto operator<=>(const LeaseToken&) const = default;
};

enum class Phase : std::uint8_t { unknown = 0, loading = 1, rendering = 2, uploading = 3 };

}  // namespace gotong::job
