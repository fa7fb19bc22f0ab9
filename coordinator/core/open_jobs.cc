#include "coordinator/core/open_jobs.h"

#include <algorithm>

#include "common/check.h"
#include "coordinator/job/inputs.h"

namespace gotong::core {

OpenJob& OpenJobs::add(const job::Job& job) {
    by_expiry_.emplace(job.expires, job.id);
    for (const auto& input : job::inputs_of(job.account, job.spec)) by_input_[input].insert(job.id);
    const auto [at, is_new] = jobs_.emplace(job.id, OpenJob{job, ++added_});
    check(is_new, "a job was opened twice");
    by_account_[job.account].emplace(added_, job.id);
    return at->second;
}

void OpenJobs::remove(JobId id) {
    const auto found = jobs_.find(id);
    check(found != jobs_.end(), "a job was closed that is not open");
    const job::Job& job = found->second.job;
    by_expiry_.erase({job.expires, id});
    const auto own = by_account_.find(job.account);
    own->second.erase(found->second.order);
    if (own->second.empty()) by_account_.erase(own);
    for (const auto& input : job::inputs_of(job.account, job.spec)) {
        const auto named = by_input_.find(input);
        if (named == by_input_.end()) continue;  // Picture and mask are one file.
        named->second.erase(id);
        if (named->second.empty()) by_input_.erase(named);
    }
    jobs_.erase(found);
}

OpenJob* OpenJobs::find(JobId id) {
    const auto found = jobs_.find(id);
    return found == jobs_.end() ? nullptr : &found->second;
}

const OpenJob* OpenJobs::find(JobId id) const {
    const auto found = jobs_.find(id);
    return found == jobs_.end() ? nullptr : &found->second;
}

std::vector<JobId> OpenJobs::expired_until(WallTime then) const {
    std::vector<JobId> jobs;
    for (const auto& [expires, id] : by_expiry_) {
        if (expires > then) break;
        jobs.push_back(id);
    }
    return jobs;
}

std::vector<JobId> OpenJobs::of(AccountId account) const {
    std::vector<JobId> jobs = newest(account, count(account));
    std::ranges::sort(jobs);
    return jobs;
}

std::vector<JobId> OpenJobs::newest(AccountId account, std::size_t most) const {
    std::vector<JobId> jobs;
    const auto own = by_account_.find(account);
    if (own == by_account_.end()) return jobs;
    for (auto at = own->second.rbegin(); at != own->second.rend() && jobs.size() < most; ++at) {
        jobs.push_back(at->second);
    }
    return jobs;
}

std::size_t OpenJobs::count(AccountId account) const {
    const auto own = by_account_.find(account);
    return own == by_account_.end() ? 0 : own->second.size();
}

std::set<JobId> OpenJobs::beginning_with(const job::InputName& input) const {
    const auto found = by_input_.find(input);
    return found == by_input_.end() ? std::set<JobId>{} : found->second;
}

}  // namespace gotong::core
