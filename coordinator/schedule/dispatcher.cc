#include "coordinator/schedule/dispatcher.h"

#include <algorithm>
#include <vector>

#include "coordinator/schedule/choose_worker.h"

namespace gotong::schedule {
namespace {

bool can_render(const roster::Session& session, const std::string& model_digest) {
    return session.stream && !session.is_draining && session.usable.contains(model_digest);
}

Candidate candidate_of(const roster::Session& session, const std::string& model_digest,
                       const Leases& leases, Monotonic now) {
    return {.id = session.worker,
            .is_free = free_slots(session, leases, now) > 0,
            .is_resident = session.resident == model_digest,
            .ns_per_micro = session.ns_per_micro,
            .last_given = session.last_given};
}

std::vector<Candidate> candidates_for(const std::string& model_digest, const roster::Roster& roster,
                                      const Leases& leases, Monotonic now) {
    std::vector<Candidate> candidates;
    for (const auto& [worker, session] : roster.sessions()) {
        if (!can_render(session, model_digest)) continue;
        candidates.push_back(candidate_of(session, model_digest, leases, now));
    }
    return candidates;
}

}  // namespace

std::optional<Match> next_match(const Queue& queue, const roster::Roster& roster,
                                const Leases& leases, Monotonic now) {
    for (const Waiting* front : queue.fronts()) {
        const auto online = candidates_for(front->needs.model_digest, roster, leases, now);
        auto choice = choose_worker({front->price, front->needs.avoid}, online);
        if (choice) return Match{front->job, choice->worker, std::move(choice->reason)};
    }
    return std::nullopt;
}

std::uint32_t free_slots(const roster::Session& session, const Leases& leases, Monotonic now) {
    if (!session.is_known || session.is_draining || now < session.paused_until) return 0;
    std::uint32_t given_since = 0;
    const auto held = leases.of(session.worker);
    for (const job::LeaseToken& token : held) {
        if (!leases.find(token.job)->is_seen) ++given_since;
    }
    const std::uint32_t reported = std::min(session.free_slots, session.slots);
    return reported > given_since ? reported - given_since : 0;
}

bool is_other_online(const std::string& model_digest, const std::set<WorkerId>& avoid,
                     const roster::Roster& roster) {
    return std::any_of(roster.sessions().begin(), roster.sessions().end(), [&](const auto& entry) {
        return can_render(entry.second, model_digest) && !avoid.contains(entry.first);
    });
}

}  // namespace gotong::schedule
