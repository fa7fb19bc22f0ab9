#include "coordinator/core/core.h"

#include <utility>

#include "coordinator/core/attempts.h"
#include "coordinator/core/handlers.h"
#include "coordinator/core/state.h"

namespace gotong::core {
namespace {

// The lease lives on as if it had just been renewed, and its worker has a session_ttl to come back.
void restore_lease(State& state, const job::Job& job, Now now) {
    state.leases.begin({.token = {job.id, job.attempt},
                        .worker = job.holder,
                        .kind = schedule::kind_of(job),
                        .is_accepted = true,
                        .last_progress = now.monotonic});
    if (state.roster.find(job.holder)) return;
    roster::Session awaited;
    awaited.worker = job.holder;
    awaited.last_heard = now.monotonic;
    state.roster.open(std::move(awaited));
}

}  // namespace

Core::Core(Policy policy, Rng& rng, Notary& notary)
    : state_(new State{.policy = std::move(policy), .rng = rng, .notary = notary}) {}

Core::~Core() = default;

void Core::restore(store::Transaction& transaction, Now now) {
    State& state = *state_;
    for (const store::Account& account : transaction.accounts()) {
        state.accounts.put(account);
        state.queue.set_weight(account.id, account.weight);
    }
    for (const store::Worker& worker : transaction.workers()) state.workers.put(worker);
    for (const store::CatalogueModel& model : transaction.models()) state.catalogue.put(model);
    std::vector<Send> nobody_listens;
    Step step{state, now, transaction, nobody_listens};
    for (const job::Job& job : transaction.open_jobs()) {
        OpenJob& open = state.jobs.add(job);
        if (job.state == job::State::running) {
            restore_lease(state, job, now);
        } else {
            enqueue(step, open);
        }
    }
}

std::vector<Send> Core::step(const Event& event, Now now, store::Transaction& transaction) {
    std::vector<Send> sends;
    Step step{*state_, now, transaction, sends};
    std::visit([&](const auto& happened) { on(step, happened); }, event);
    offer_jobs(step);
    return sends;
}

}  // namespace gotong::core
