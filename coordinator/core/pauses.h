// How long a worker that did not render what it was given is left alone, so that a job does not
// bounce between the two. Private to coordinator/core.
#pragma once

#include <algorithm>
#include <chrono>

#include "coordinator/roster/session.h"

namespace gotong::core {

inline constexpr std::chrono::milliseconds kShortPause{1'000};       // After anything.
inline constexpr std::chrono::milliseconds kUnansweredPause{5'000};  // It may be hung.
inline constexpr std::chrono::milliseconds kLongestPause{600'000};   // Whatever it asks for.

inline void pause(roster::Session& session, Monotonic now, std::chrono::milliseconds duration) {
    session.paused_until = std::max(session.paused_until, now + duration);
}

}  // namespace gotong::core
