// Which free worker should take this job, and would a busy one be the better choice?
//
// A pure function of a snapshot of the workers online. The reason that comes back with the choice
// is kept with the attempt, for whoever asks "why not me?".
//
// Corridor: schedule/queue -> [schedule/choose_worker] -> schedule/lease
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "common/credits.h"
#include "common/ids.h"

namespace gotong::schedule {

struct JobNeeds {
    Credits price;             // Stands for the work: pixels x steps x model cost.
    std::set<WorkerId> avoid;  // They failed it before.
};

struct Candidate {  // A worker online that has the job's model.
    WorkerId id;
    bool is_free = false;  // For this job: a batch of another kind is not.
    // When it is not: until it will be; nullopt: nobody knows.
    std::optional<std::chrono::nanoseconds> free_in{};
    std::chrono::nanoseconds swap{0};    // Loading the model's weights; 0: they are loaded.
    std::optional<double> ns_per_micro;  // Measured rendering time for a micro-credit.
    std::uint64_t last_given = 0;        // When it last got a job; 0: never.
    std::uint32_t beside = 0;            // Jobs that it renders, with which this one would share.
    std::uint64_t missed = 0;            // Jobs that went to others since it got one, or came.
};

// A candidate's place, and what it has it for.
struct Ranked {
    WorkerId worker;
    std::chrono::nanoseconds expected{0};  // Until it would have finished; waiting counts.
    std::chrono::nanoseconds swap{0};      // The part of that for loading.
    bool is_measured = false;              // Otherwise `expected` is loading alone.
    std::uint32_t beside = 0;
    std::uint64_t last_given = 0;
    std::uint64_t missed = 0;
    bool has_turn = false;  // Has missed so many that it goes first.
};

struct Choice {
    WorkerId worker;
    std::string reason;
    std::uint32_t free = 0;      // Candidates that could have got it.
    std::vector<Ranked> best{};  // Of these, at most kMostRanked; the chosen one is the first.
    // A busy one with the model loaded that would finish sooner than the chosen one, which must
    // load it first.
    std::optional<Ranked> sooner{};
};

// Enough to see why somebody just missed it; a choice is kept for some time, so not all of them.
inline constexpr std::size_t kMostRanked = 8;

// A free worker that has missed so many jobs for each candidate goes first, however slow it is: the
// small machines of a pool are needed on the day when the large ones are away, and their speed is
// not known for ever.
inline constexpr std::uint64_t kTurnAfter = 16;

// "resident there, 4.0 s; on disk here, +9.0 s, 9.0 s", "of equals the one that has waited
// longest": what put the first before the second, in words for the second.
std::string advantage(const Ranked& first, const Ranked& second);

// The free candidate that is expected to finish first, or nullopt if none is free. Loading a model
// counts as extra time; a worker that was never measured is expected to be fast, and so gets
// measured. Jobs that share a worker's calls are taken to share its time evenly, which is the worst
// case: an idle worker that is ready is better than company, and company better than a cold start.
// Of equals, the one with least company, then the one that has waited longest for a job, then the
// lowest id.
//
// A worker in `avoid` is not considered while another candidate, free or not, is outside of it.
std::optional<Choice> choose_worker(const JobNeeds& job, std::span<const Candidate> online);

}  // namespace gotong::schedule
