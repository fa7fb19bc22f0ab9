// How a worker stands to a job that waits: what keeps it from getting it, first things first.
//
// The same conditions that the dispatcher pairs by, told apart for whoever asks why.
//
// Corridor: schedule/queue -> [schedule/standing] -> core/explain
#pragma once

#include <cstdint>
#include <map>

#include "common/time.h"
#include "coordinator/roster/roster.h"
#include "coordinator/schedule/lease.h"
#include "coordinator/schedule/queue.h"

namespace gotong::schedule {

enum class Standing : std::uint8_t {
    away,         // No stream.
    lacks_model,  // Or has other weights of that name.
    too_old,      // Its protocol cannot say what the job asks for.
    draining,
    avoided,      // It failed the job, and somebody else is online who has not.
    unknown,      // Its first snapshot has not come.
    paused,       // It declined, or handed something back.
    quarantined,  // It does not stop what it was told to stop, and does not even say so.
    busy,
    other_kind,  // It has a slot free and renders another kind.
    free,
};

// `avoids`: is_other_online() for these needs.
Standing standing_of(const roster::Session& session, const Needs& needs, bool avoids,
                     const Leases& leases, Monotonic now);

using Tally = std::map<Standing, std::uint32_t>;  // Sessions.

// Linear in the sessions.
Tally tally(const Needs& needs, const roster::Roster& roster, const Leases& leases, Monotonic now);

}  // namespace gotong::schedule
