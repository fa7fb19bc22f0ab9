// After every event: queued jobs to free workers, as the dispatcher says.
//
// Corridor: schedule/dispatcher -> [core/offering] -> core/attempts
#include "coordinator/core/attempts.h"
#include "coordinator/core/handlers.h"
#include "coordinator/schedule/dispatcher.h"

namespace gotong::core {
namespace {

// Bounds a step's time when many jobs meet many workers; the next event goes on.
constexpr int kMaxOffersPerStep = 32;

}  // namespace

void offer_jobs(Step& step) {
    State& state = step.state;
    if (!state.wake) return;
    state.queue.admit(step.now.wall);
    for (int i = 0; i < kMaxOffersPerStep; ++i) {
        const auto match =
            schedule::next_match(state.queue, state.roster, state.leases, step.now.monotonic);
        if (!match) {
            state.wake = false;
            return;
        }
        begin_attempt(step, *match);
    }
}

}  // namespace gotong::core
