// The coordinator's one decider: pairs the jobs at the front with the workers that are free. It
// looks at a snapshot and says what should happen; core makes it happen.
//
// Corridor: schedule/queue -> [schedule/dispatcher] -> schedule/lease
#pragma once

#include <cstdint>
#include <optional>
#include <set>

#include "common/ids.h"
#include "common/time.h"
#include "coordinator/roster/roster.h"
#include "coordinator/schedule/choose_worker.h"
#include "coordinator/schedule/lease.h"
#include "coordinator/schedule/queue.h"

namespace gotong::schedule {

struct Match {
    JobId job;
    WorkerId worker;
    Choice choice;  // Of that worker.
};

// The next pair by fair share, or nullopt when nobody free can take anything that waits. Jobs that
// are passed over for the sake of what is loaded are marked so in the queue (schedule/patience): a
// worker stays with its models while jobs wait for those, and a job waits for a busy worker that
// has its model when that one would finish it sooner than a free one that must load it.
//
// A worker with several slots gets jobs of one kind at a time, which share its calls. While its
// batch is forming, jobs of that kind go ahead of others to fill it; once it is under way they join
// as long as no job of another kind, whose turn it is, waits for such a worker.
//
// Cost: workers online times lanes of the queue; not the number of jobs.
std::optional<Match> next_match(Queue& queue, const roster::Roster& roster, const Leases& leases,
                                Monotonic now);

// Offers that the worker can take now: what its last snapshot called free, less what it was given
// since.
std::uint32_t free_slots(const roster::Session& session, const Leases& leases, Monotonic now);

// Whether a worker that could render it and is not among those to avoid is connected.
bool is_other_online(const Needs& needs, const roster::Roster& roster);

}  // namespace gotong::schedule
