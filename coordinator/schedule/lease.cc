#include "coordinator/schedule/lease.h"

#include <algorithm>

#include "common/check.h"

namespace gotong::schedule {

void Leases::begin(const Lease& lease) {
    const auto [added, is_new] = leases_.emplace(lease.token.job, lease);
    check(is_new, "a job was leased twice");
    auto& of_worker = by_worker_[lease.worker];
    of_worker.emplace(lease.token.job, &added->second);
    const auto count = static_cast<std::uint32_t>(rendered_by(lease.worker).size());
    for (const auto& [job, other] : of_worker) {
        if (is_rendering(*other)) other->company = std::max(other->company, count);
    }
}

void Leases::end(JobId job) {
    const auto found = leases_.find(job);
    check(found != leases_.end(), "a lease ended that is not there");
    const auto worker = by_worker_.find(found->second.worker);
    worker->second.erase(job);
    if (worker->second.empty()) by_worker_.erase(worker);
    leases_.erase(found);
}

Lease* Leases::find(JobId job) {
    const auto found = leases_.find(job);
    return found == leases_.end() ? nullptr : &found->second;
}

const Lease* Leases::find(JobId job) const {
    const auto found = leases_.find(job);
    return found == leases_.end() ? nullptr : &found->second;
}

Lease* Leases::find(const job::LeaseToken& token, WorkerId worker) {
    Lease* lease = find(token.job);
    return lease && lease->token == token && lease->worker == worker ? lease : nullptr;
}

std::vector<job::LeaseToken> Leases::of(WorkerId worker) const {
    std::vector<job::LeaseToken> tokens;
    const auto found = by_worker_.find(worker);
    if (found == by_worker_.end()) return tokens;
    for (const auto& [job, lease] : found->second) tokens.push_back(lease->token);
    return tokens;
}

std::vector<const Lease*> Leases::rendered_by(WorkerId worker) const {
    std::vector<const Lease*> leases;
    const auto found = by_worker_.find(worker);
    if (found == by_worker_.end()) return leases;
    for (const auto& [job, lease] : found->second) {
        if (is_rendering(*lease)) leases.push_back(lease);
    }
    return leases;
}

std::uint32_t Leases::unseen_of(WorkerId worker) const {
    const auto found = by_worker_.find(worker);
    if (found == by_worker_.end()) return 0;
    const auto unseen = std::count_if(found->second.begin(), found->second.end(),
                                      [](const auto& entry) { return !entry.second->is_seen; });
    return static_cast<std::uint32_t>(unseen);
}

std::vector<Lease> Leases::overdue(Monotonic now, const LeaseLimits& limits) const {
    std::vector<Lease> overdue;
    for (const auto& [job, lease] : leases_) {
        const auto limit = lease.is_accepted ? limits.progress_timeout : limits.accept_within;
        if (now - lease.last_progress >= limit) overdue.push_back(lease);
    }
    return overdue;
}

namespace {

// The report that `lease.step` steps are done; the one before named `before`.
void note_pace(Lease& lease, std::uint32_t before, Monotonic now) {
    if (lease.last_step_at && lease.step > before) {
        const std::chrono::nanoseconds each = (now - *lease.last_step_at) / (lease.step - before);
        lease.quickest = std::min(lease.quickest.value_or(each), each);
        lease.slowest = std::max(lease.slowest.value_or(each), each);
    }
    if (lease.step > 0 && lease.step != before) lease.last_step_at = now;
}

}  // namespace

bool note_progress(Lease& lease, job::Phase phase, std::uint32_t step, Monotonic now) {
    // A worker that sends its picture names no step: those that it made stay.
    if (phase == job::Phase::uploading && step == 0) step = lease.step;
    if (phase == lease.phase && step == lease.step) return false;
    const std::uint32_t before = lease.step;
    lease.phase = phase;
    lease.step = step;
    lease.last_progress = now;
    note_pace(lease, before, now);
    if (step > 0 && !lease.first_step_at) {
        lease.first_step = step;
        lease.first_step_at = now;
    }
    return true;
}

std::optional<std::chrono::nanoseconds> step_time(const Lease& lease) {
    if (!lease.first_step_at || lease.step <= lease.first_step) return std::nullopt;
    const std::chrono::nanoseconds passed = *lease.last_step_at - *lease.first_step_at;
    return passed / (lease.step - lease.first_step);
}

}  // namespace gotong::schedule
