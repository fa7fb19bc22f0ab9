// After every event: queued jobs to free workers, as the dispatcher says.
//
// Corridor: schedule/dispatcher -> [core/offering] -> core/attempts
#include <optional>

#include "coordinator/core/attempts.h"
#include "coordinator/core/handlers.h"
#include "coordinator/schedule/dispatcher.h"

namespace gotong::core {
namespace {

// Bounds a step's time when many jobs meet many workers; the next event goes on.
constexpr int kMaxOffersPerStep = 32;

// A match looks at every worker that is connected; most of what wakes us comes while nothing waits.
std::optional<schedule::Match> next(const Step& step) {
    State& state = step.state;
    if (!state.queue.is_ready()) return std::nullopt;
    return schedule::next_match(state.queue, state.roster, state.leases, step.now.monotonic);
}

}  // namespace

void offer_jobs(Step& step) {
    State& state = step.state;
    if (!state.wake) return;
    state.queue.admit(step.now.wall);
    for (int i = 0; i < kMaxOffersPerStep; ++i) {
        const auto match = next(step);
        if (!match) {
            state.wake = false;
            return;
        }
        begin_attempt(step, *match);
    }
}

}  // namespace gotong::core
