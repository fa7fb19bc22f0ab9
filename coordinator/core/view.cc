// What the core shows to those who only look.
#include <algorithm>

#include "coordinator/core/state.h"

namespace gotong::core {
namespace {

// From what was measured: the steps of this attempt, and how long this worker took from the last
// step of such a picture to its acceptance. Nothing is promised before both are known.
std::optional<Eta> eta_of(const schedule::Lease& lease, const roster::Session* session,
                          const RenderSpec& spec, Monotonic now) {
    const std::uint32_t steps = steps_made(spec);
    if (!lease.quickest || !session || !session->closing || lease.step > steps) return std::nullopt;
    const roster::Closing& closing = *session->closing;
    if (closing.pixels != std::uint64_t{spec.width} * spec.height) return std::nullopt;
    const std::chrono::nanoseconds since = now - *lease.last_step_at;
    const std::uint32_t left = steps - lease.step;
    // A step that takes longer than any before is the slowest by now.
    const auto low = *lease.quickest * left + closing.quickest - since;
    const auto high = std::max(*lease.slowest, left > 0 ? since : 0ns) * left +
                      std::max(closing.slowest, left > 0 ? 0ns : since) - since;
    const auto in_ms = [](std::chrono::nanoseconds time) {
        return std::chrono::duration_cast<std::chrono::milliseconds>(std::max(time, 0ns));
    };
    return Eta{in_ms(low), std::max(in_ms(low), in_ms(high))};
}

bool is_online(const roster::Session& session) { return session.stream.has_value(); }

}  // namespace

std::uint32_t max_open_jobs(const State& state, const store::Account& account) {
    return account.max_open_jobs > 0 ? account.max_open_jobs
                                     : state.policy.max_open_jobs_per_account;
}

JobView view_of(const State& state, const job::Job& job, Now now) {
    JobView view;
    view.job = job;
    const auto until = [&](WallTime then) { return std::max(then - now.wall, 0ms); };
    view.age = std::max(now.wall - job.submitted, 0ms);
    if (!job::has_ended(job.state)) view.expires_in = until(job.expires);
    if (state.queue.contains(job.id)) {
        view.queue_position = state.queue.ahead_of(job.id) + 1;
        view.starts_in = until(state.queue.delayed_until(job.id));
    }
    if (const schedule::Lease* lease = state.leases.find(job.id)) {
        view.phase = lease->phase;
        view.step = lease->step;
        view.eta = eta_of(*lease, state.roster.find(lease->worker), job.spec, now.monotonic);
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
            .jobs_running = static_cast<std::uint32_t>(state_->leases.size()),
            .since_start = state_->counters};
}

std::vector<WorkerView> Core::workers() const {
    std::vector<WorkerView> views;
    for (const auto& [id, worker] : state_->workers.all()) {
        WorkerView view;
        view.worker = worker;
        if (const roster::Session* session = state_->roster.find(id)) {
            view.online = is_online(*session);
            view.stream = session->stream;
            view.stuck_slots = session->stuck_slots;
            view.has_rival = session->rivals.turned_away > 0;
            view.device = session->device;
            for (const OfferedModel& model : session->offered) view.models.push_back(model.name);
        }
        views.push_back(std::move(view));
    }
    return views;
}

std::vector<store::Account> Core::accounts() const { return state_->accounts.all(); }

AccountView Core::view(const store::Account& account) const {
    return {.account = account,
            .open_jobs = static_cast<std::uint32_t>(state_->jobs.count(account.id)),
            .max_open_jobs = max_open_jobs(*state_, account)};
}

std::optional<std::chrono::milliseconds> Core::oldest_wait(Now now) const {
    const auto oldest = state_->queue.oldest();
    if (!oldest) return std::nullopt;
    return std::max(now.wall - state_->jobs.find(*oldest)->job.submitted, 0ms);
}

std::vector<job::Job> Core::newest_open_jobs(AccountId account, std::size_t most) const {
    std::vector<job::Job> jobs;
    for (const JobId& id : state_->jobs.newest(account, most)) {
        jobs.push_back(state_->jobs.find(id)->job);
    }
    return jobs;
}

}  // namespace gotong::core
