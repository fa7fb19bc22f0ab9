#include "coordinator/core/figures.h"

#include "coordinator/core/state.h"
#include "coordinator/schedule/dispatcher.h"

namespace gotong::core {
namespace {

std::uint32_t& place_of(Figures::Workers& workers, const State& state,
                        const roster::Session* session) {
    if (!session) return workers.offline;
    if (!session->stream) return workers.away;
    if (session->stuck_slots > 0) return workers.stuck;
    if (session->is_draining) return workers.draining;
    return state.leases.of(session->worker).empty() ? workers.idle : workers.busy;
}

}  // namespace

Figures Core::figures(Now now) const {
    const State& state = *state_;
    Figures figures;
    figures.jobs_queued = static_cast<std::uint32_t>(state.queue.size());
    figures.jobs_running = static_cast<std::uint32_t>(state.leases.size());
    figures.oldest_wait = oldest_wait(now);
    for (const auto& [id, worker] : state.workers.all()) {
        if (worker.revoked) continue;
        const roster::Session* session = state.roster.find(id);
        ++place_of(figures.workers, state, session);
        if (!session || !session->stream) continue;
        figures.slots += session->slots;
        figures.free_slots += schedule::free_slots(*session, state.leases, now.monotonic);
    }
    figures.since_start = state.counters;
    return figures;
}

}  // namespace gotong::core
