#include "coordinator/schedule/dispatcher.h"

#include <algorithm>
#include <vector>

#include "coordinator/schedule/activity.h"

namespace gotong::schedule {
namespace {

bool can_render(const roster::Session& session, const Needs& needs) {
    return session.stream && !session.is_draining && session.protocol >= needs.protocol &&
           session.usable.contains(needs.kind.model_digest);
}

struct Online {
    const roster::Session* session = nullptr;
    std::uint32_t free = 0;  // Slots.
    Activity activity;
};

std::vector<Online> everybody_online(const roster::Roster& roster, const Leases& leases,
                                     Monotonic now) {
    std::vector<Online> online;
    for (const auto& [worker, session] : roster.sessions())
        online.push_back({&session, free_slots(session, leases, now), activity_of(worker, leases)});
    return online;
}

using Workers = std::set<WorkerId>;

std::vector<Candidate> candidates_for(const Needs& needs, const std::vector<Online>& online,
                                      const Workers& held_back) {
    std::vector<Candidate> candidates;
    for (const auto& [session, free, activity] : online) {
        if (!can_render(*session, needs)) continue;
        candidates.push_back({.id = session->worker,
                              .is_free = free > 0 && !held_back.contains(session->worker) &&
                                         is_open_to(activity, needs.kind),
                              .is_resident = session->resident == needs.kind.model_digest,
                              .ns_per_micro = session->ns_per_micro,
                              .last_given = session->last_given,
                              .beside = activity.rendering});
    }
    return candidates;
}

// A job that nobody takes now, though some would if they were not busy with another kind, must not
// wait until those run out of their kind: the one of them that has least to finish gets no more.
// That number only falls, so its batch ends. A batch that is still forming may be filled first: the
// job waits little longer for four pictures than for one.
std::optional<WorkerId> whom_to_hold_back(const Needs& needs, bool avoids,
                                          const std::vector<Online>& online,
                                          const Workers& held_back) {
    const Online* least = nullptr;
    for (const Online& it : online) {
        const WorkerId worker = it.session->worker;
        if (!can_render(*it.session, needs)) continue;
        if (held_back.contains(worker) || (avoids && needs.avoid.contains(worker))) continue;
        // Its next free slot is the job's.
        if (it.free == 0 && it.activity.kind == needs.kind) return std::nullopt;
        if (it.free == 0 || it.activity.is_forming) continue;
        if (!least || it.activity.rendering < least->activity.rendering) least = &it;
    }
    if (!least) return std::nullopt;
    return least->session->worker;
}

}  // namespace

std::optional<Match> next_match(const Queue& queue, const roster::Roster& roster,
                                const Leases& leases, Monotonic now) {
    const std::vector<Online> online = everybody_online(roster, leases, now);
    if (std::ranges::all_of(online, [](const Online& it) { return it.free == 0; }))
        return std::nullopt;
    Workers held_back;
    for (const Waiting* front : queue.fronts()) {
        const Needs& needs = front->needs;
        auto choice =
            choose_worker({front->price, needs.avoid}, candidates_for(needs, online, held_back));
        if (choice) return Match{front->job, choice->worker, *std::move(choice)};
        const bool avoids = is_other_online(needs, roster);
        if (const auto worker = whom_to_hold_back(needs, avoids, online, held_back))
            held_back.insert(*worker);
    }
    return std::nullopt;
}

std::uint32_t free_slots(const roster::Session& session, const Leases& leases, Monotonic now) {
    if (!session.is_known || session.is_draining || session.is_quarantined) return 0;
    if (now < session.paused_until) return 0;
    std::uint32_t given_since = 0;
    const auto held = leases.of(session.worker);
    for (const job::LeaseToken& token : held) {
        if (!leases.find(token.job)->is_seen) ++given_since;
    }
    const std::uint32_t reported = std::min(session.free_slots, session.slots);
    return reported > given_since ? reported - given_since : 0;
}

bool is_other_online(const Needs& needs, const roster::Roster& roster) {
    return std::any_of(roster.sessions().begin(), roster.sessions().end(), [&](const auto& entry) {
        return can_render(entry.second, needs) && !needs.avoid.contains(entry.first);
    });
}

}  // namespace gotong::schedule
