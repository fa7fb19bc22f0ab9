// What the pool looks like in numbers, for whoever draws curves of it. Nothing in here grows with
// the pool, and nothing tells one account or job from another.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "coordinator/observe/histogram.h"

namespace gotong::core {

// How attempts end, as the history of a job names it.
inline constexpr std::array<std::string_view, 8> kOutcomes{
    "accepted", "declined", "returned", "failed", "lost", "cancelled", "superseded", "rejected"};

// Since the coordinator was started.
struct Counters {
    std::uint64_t submitted = 0;
    std::uint64_t done = 0;
    std::uint64_t failed = 0;
    std::uint64_t expired = 0;  // Of the failed: their time was over.
    std::uint64_t cancelled = 0;
    std::uint64_t requeued = 0;
    std::array<std::uint64_t, kOutcomes.size()> attempts{};  // In the order of kOutcomes.

    std::uint64_t sessions_opened = 0;
    std::uint64_t sessions_resumed = 0;
    std::uint64_t sessions_superseded = 0;  // By a newer one of the same worker.
    std::uint64_t sessions_expired = 0;     // Nothing was heard for too long.

    // Seconds from a job's start (its submission, if it said no later one) to its first offer. By
    // the wall clock, in whole milliseconds.
    observe::Histogram until_offered{observe::kLongTimes};
    // Seconds from an offer to its accepted picture.
    observe::Histogram until_accepted{observe::kLongTimes};
};

struct Figures {
    std::uint32_t jobs_queued = 0;
    std::uint32_t jobs_running = 0;
    std::optional<std::chrono::milliseconds> oldest_wait;  // Of a job that could start.

    // Each enrolled worker that was not revoked is in one of these.
    struct Workers {
        std::uint32_t idle = 0;      // Connected, renders nothing.
        std::uint32_t busy = 0;      // Connected, holds a job.
        std::uint32_t draining = 0;  // Connected, takes no more.
        std::uint32_t stuck = 0;     // Connected, does not stop what has ended.
        std::uint32_t away = 0;      // Its stream is gone, its session is not over.
        std::uint32_t offline = 0;   // No session.
    } workers;
    std::uint32_t slots = 0;       // Of connected workers.
    std::uint32_t free_slots = 0;  // Of them, those that would be given a job now.

    Counters since_start;
};

}  // namespace gotong::core
