#include "coordinator/schedule/standing.h"

#include "coordinator/schedule/activity.h"
#include "coordinator/schedule/dispatcher.h"

namespace gotong::schedule {

Standing standing_of(const roster::Session& session, const Needs& needs, bool avoids,
                     const Leases& leases, Monotonic now) {
    if (!session.stream) return Standing::away;
    if (!session.usable.contains(needs.kind.model_digest)) return Standing::lacks_model;
    if (session.protocol < needs.protocol) return Standing::too_old;
    if (session.is_draining) return Standing::draining;
    if (avoids && needs.avoid.contains(session.worker)) return Standing::avoided;
    if (!session.is_known) return Standing::unknown;
    if (session.is_quarantined) return Standing::quarantined;
    if (now < session.paused_until) return Standing::paused;
    if (free_slots(session, leases, now) == 0) return Standing::busy;
    if (!is_open_to(activity_of(session.worker, leases), needs.kind)) return Standing::other_kind;
    return Standing::free;
}

Tally tally(const Needs& needs, const roster::Roster& roster, const Leases& leases, Monotonic now) {
    const bool avoids = is_other_online(needs, roster);
    Tally tally;
    for (const auto& [worker, session] : roster.sessions()) {
        ++tally[standing_of(session, needs, avoids, leases, now)];
    }
    return tally;
}

}  // namespace gotong::schedule
