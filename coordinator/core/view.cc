// What the core shows to those who only look.
#include <algorithm>

#include "coordinator/core/state.h"

namespace gotong::core {
namespace {

// From the steps of this attempt alone; nothing is promised before two of them were reported.
std::optional<std::chrono::milliseconds> eta_of(const schedule::Lease& lease, std::uint32_t steps,
                                                Monotonic now) {
    const auto mean = schedule::step_time(lease);
    if (!mean || lease.step > steps) return std::nullopt;
    const std::chrono::nanoseconds left =
        *mean * (steps - lease.step) - (now - lease.last_progress);
    return std::chrono::duration_cast<std::chrono::milliseconds>(
        std::max(left, std::chrono::nanoseconds{0}));
}

bool is_online(const roster::Session& session) { return session.stream.has_value(); }

}  // namespace

JobView view_of(const State& state, const job::Job& job, Now now) {
    JobView view;
    view.job = job;
    if (state.queue.contains(job.id)) view.queue_position = state.queue.ahead_of(job.id) + 1;
    if (const schedule::Lease* lease = state.leases.find(job.id)) {
        view.phase = lease->phase;
        view.step = lease->step;
        view.eta = eta_of(*lease, steps_made(job.spec), now.monotonic);
    }
    return view;
}

std::optional<AccountId> Core::account_of_token(const Digest& token_hash) const {
    const store::Account* account = state_->accounts.with_token(token_hash);
    if (!account || account->revoked) return std::nullopt;
    return account->id;
}

std::optional<store::Account> Core::account(AccountId id) const {
    const store::Account* account = state_->accounts.find(id);
    if (!account) return std::nullopt;
    return *account;
}

std::optional<store::Worker> Core::worker(const crypto::PublicKey& key) const {
    const store::Worker* worker = state_->workers.find(crypto::worker_id_of(key));
    if (!worker) return std::nullopt;
    return *worker;
}

const std::vector<store::CatalogueModel>& Core::catalogue() const {
    return state_->catalogue.models();
}

JobView Core::view(const job::Job& job, Now now) const { return view_of(*state_, job, now); }

PoolView Core::pool() const {
    const auto& sessions = state_->roster.sessions();
    const auto online = std::count_if(sessions.begin(), sessions.end(),
                                      [](const auto& entry) { return is_online(entry.second); });
    return {.workers_online = static_cast<std::uint32_t>(online),
            .jobs_queued = static_cast<std::uint32_t>(state_->queue.size()),
            .jobs_running = static_cast<std::uint32_t>(state_->leases.size())};
}

std::vector<WorkerView> Core::workers() const {
    std::vector<WorkerView> views;
    for (const auto& [id, worker] : state_->workers.all()) {
        WorkerView view;
        view.worker = worker;
        if (const roster::Session* session = state_->roster.find(id)) {
            view.online = is_online(*session);
            view.device = session->device;
            for (const OfferedModel& model : session->offered) view.models.push_back(model.name);
        }
        views.push_back(std::move(view));
    }
    return views;
}

std::vector<store::Account> Core::accounts() const { return state_->accounts.all(); }

}  // namespace gotong::core
