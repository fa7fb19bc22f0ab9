#include "coordinator/schedule/dispatcher.h"

#include <algorithm>
#include <map>
#include <vector>

#include "coordinator/schedule/activity.h"
#include "coordinator/schedule/locality.h"
#include "coordinator/schedule/patience.h"

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

using Workers = std::set<WorkerId>;

// Everybody online, as one call of next_match() finds and changes it.
struct Floor {
    const Leases& leases;
    Monotonic now;
    std::vector<Online> online{};
    std::uint64_t given = 0;                     // Jobs so far.
    Workers held_back{};                         // For a job of another kind that waits for them.
    std::map<WorkerId, Nanoseconds> promised{};  // Busy for so long with jobs that wait for them.
};

Floor floor_of(const roster::Roster& roster, const Leases& leases, Monotonic now) {
    Floor floor{leases, now};
    for (const auto& [worker, session] : roster.sessions()) {
        floor.online.push_back(
            {&session, free_slots(session, leases, now), activity_of(worker, leases)});
        floor.given = std::max({floor.given, session.last_given, session.turn_from});
    }
    return floor;
}

bool is_free_for(const Floor& floor, const Online& it, const Needs& needs) {
    return it.free > 0 && !floor.held_back.contains(it.session->worker) &&
           is_open_to(it.activity, needs.kind);
}

// It renders, and will have a slot for the job one day: when?
std::optional<Nanoseconds> when_free(const Floor& floor, const Online& it, const Needs& needs) {
    const roster::Session& session = *it.session;
    const bool will_take = session.is_known && !session.is_quarantined &&
                           floor.now >= session.paused_until && it.activity.rendering > 0;
    if (!will_take || floor.held_back.contains(session.worker)) return std::nullopt;
    auto wait =
        free_in(it.activity, needs.kind, floor.leases.rendered_by(session.worker), floor.now);
    const auto promised = floor.promised.find(session.worker);
    if (wait && promised != floor.promised.end()) wait = std::max(*wait, promised->second);
    return wait;
}

// `but`: as if these were not free.
std::vector<Candidate> candidates_for(const Floor& floor, const Needs& needs, const Workers& but) {
    const std::string& digest = needs.kind.model_digest;
    std::vector<Candidate> candidates;
    for (const Online& it : floor.online) {
        const roster::Session& session = *it.session;
        if (!can_render(session, needs)) continue;
        const bool is_free = is_free_for(floor, it, needs) && !but.contains(session.worker);
        const bool is_alike = it.activity.kind == needs.kind;
        candidates.push_back(
            {.id = session.worker,
             .is_free = is_free,
             .free_in = is_free ? std::nullopt : when_free(floor, it, needs),
             .swap = swap_time(session, it.activity, digest),
             .ns_per_micro = ns_per_micro(session, digest),
             .last_given = session.last_given,
             .beside = is_free && is_alike ? it.activity.rendering : 0,
             .missed = floor.given - std::max(session.last_given, session.turn_from)});
    }
    return candidates;
}

// Free workers that must load the model of `needs`, and for whose loaded ones other jobs wait that
// they could take at once.
Workers better_employed(const Floor& floor, const Needs& needs,
                        const std::vector<const Waiting*>& fronts) {
    Workers workers;
    for (const Online& it : floor.online) {
        const roster::Session& session = *it.session;
        if (it.free == 0 || is_loaded(session, it.activity, needs.kind.model_digest)) continue;
        const bool has_work = std::ranges::any_of(fronts, [&](const Waiting* front) {
            const Needs& other = front->needs;
            return can_render(session, other) && is_free_for(floor, it, other) &&
                   !other.avoid.contains(session.worker) &&
                   is_loaded(session, it.activity, other.kind.model_digest);
        });
        if (has_work) workers.insert(session.worker);
    }
    return workers;
}

// A job that nobody takes now, though some would if they were not busy with another kind, must not
// wait until those run out of their kind: the one of them that has least to finish gets no more.
// That number only falls, so its batch ends. A batch that is still forming may be filled first: the
// job waits little longer for four pictures than for one.
std::optional<WorkerId> whom_to_hold_back(const Needs& needs, bool avoids, const Floor& floor) {
    const Online* least = nullptr;
    for (const Online& it : floor.online) {
        const WorkerId worker = it.session->worker;
        if (!can_render(*it.session, needs)) continue;
        if (floor.held_back.contains(worker) || (avoids && needs.avoid.contains(worker))) continue;
        // Its next free slot is the job's.
        if (it.free == 0 && it.activity.kind == needs.kind) return std::nullopt;
        if (it.free == 0 || it.activity.is_forming) continue;
        if (!least || it.activity.rendering < least->activity.rendering) least = &it;
    }
    if (!least) return std::nullopt;
    return least->session->worker;
}

// What next_match() makes of one job.
struct Verdict {
    std::optional<Choice> choice;
    bool is_passed_over = false;  // Somebody free could have taken it.
};

Verdict judge(const Waiting& job, const Floor& floor, const std::vector<const Waiting*>& fronts) {
    const JobNeeds needs{job.price, job.needs.avoid};
    auto choice = choose_worker(needs, candidates_for(floor, job.needs, {}));
    if (!choice) return {};
    const Ranked& first = choice->best.front();
    const bool must_load = first.swap > Nanoseconds{0} && !first.has_turn;
    if (!must_load || !is_patient(job.passed_over, first.swap, floor.now))
        return {std::move(choice)};
    if (const Workers busy = better_employed(floor, job.needs, fronts); !busy.empty()) {
        choice = choose_worker(needs, candidates_for(floor, job.needs, busy));
        if (!choice) return {std::nullopt, true};
    }
    return {std::move(choice), choice->sooner.has_value()};
}

// Enough for those that wait for a worker while another loads; each costs a look at everybody.
constexpr std::size_t kDeepest = 8;

struct Found {
    std::optional<Match> match;
    bool is_passed_over = false;  // The front job.
};

// The front job of a lane; or, when that waits for a busy worker, the first of those behind it for
// which the busy one would be too late.
Found find_in_lane(Queue& queue, const Waiting& front, Floor& floor,
                   const std::vector<const Waiting*>& fronts) {
    std::vector<const Waiting*> line{&front};
    for (std::size_t i = 0; i < line.size(); ++i) {
        const Waiting& job = *line[i];
        Verdict verdict = judge(job, floor, fronts);
        if (verdict.choice && !verdict.is_passed_over) {
            const WorkerId worker = verdict.choice->worker;
            return {Match{job.job, worker, *std::move(verdict.choice)}, i > 0};
        }
        if (!verdict.is_passed_over) return {std::nullopt, i > 0};
        queue.pass_over(job.job, floor.now);
        if (!verdict.choice) break;
        const Ranked& busy = *verdict.choice->sooner;
        floor.promised[busy.worker] = busy.expected;
        if (i == 0) line = queue.line(front.needs, kDeepest);
    }
    return {std::nullopt, true};
}

// Nobody is free for the job. Somebody may have to be held back for it; while it is patient, not
// one that would have to load its model.
void reserve(Queue& queue, const Waiting& job, Floor& floor, const roster::Roster& roster) {
    const bool avoids = is_other_online(job.needs, roster);
    const auto worker = whom_to_hold_back(job.needs, avoids, floor);
    if (!worker) return;
    const auto held = std::ranges::find(floor.online, *worker,
                                        [](const Online& it) { return it.session->worker; });
    const auto swap = swap_time(*held->session, held->activity, job.needs.kind.model_digest);
    if (swap > Nanoseconds{0} && is_patient(job.passed_over, swap, floor.now)) {
        queue.pass_over(job.job, floor.now);
    } else {
        floor.held_back.insert(*worker);
    }
}

}  // namespace

std::optional<Match> next_match(Queue& queue, const roster::Roster& roster, const Leases& leases,
                                Monotonic now) {
    Floor floor = floor_of(roster, leases, now);
    if (std::ranges::all_of(floor.online, [](const Online& it) { return it.free == 0; }))
        return std::nullopt;
    const auto fronts = queue.fronts();
    for (const Waiting* front : fronts) {
        Found found = find_in_lane(queue, *front, floor, fronts);
        if (found.match) return std::move(found.match);
        if (!found.is_passed_over) reserve(queue, *front, floor, roster);
    }
    return std::nullopt;
}

std::uint32_t free_slots(const roster::Session& session, const Leases& leases, Monotonic now) {
    if (!session.is_known || session.is_draining || session.is_quarantined) return 0;
    if (now < session.paused_until) return 0;
    const std::uint32_t given_since = leases.unseen_of(session.worker);
    const std::uint32_t reported = std::min(session.free_slots, session.slots);
    return reported > given_since ? reported - given_since : 0;
}

bool is_other_online(const Needs& needs, const roster::Roster& roster) {
    return std::any_of(roster.sessions().begin(), roster.sessions().end(), [&](const auto& entry) {
        return can_render(entry.second, needs) && !needs.avoid.contains(entry.first);
    });
}

}  // namespace gotong::schedule
