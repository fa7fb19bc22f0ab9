#include "coordinator/core/open_jobs.h"

#include "common/check.h"

namespace gotong::core {

OpenJob& OpenJobs::add(const job::Job& job) {
    by_age_.emplace(job.submitted, job.id);
    const auto [at, is_new] = jobs_.emplace(job.id, OpenJob{job, ++added_});
    check(is_new, "a job was opened twice");
    return at->second;
}

void OpenJobs::remove(JobId id) {
    const auto found = jobs_.find(id);
    check(found != jobs_.end(), "a job was closed that is not open");
    by_age_.erase({found->second.job.submitted, id});
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

std::vector<JobId> OpenJobs::submitted_until(WallTime then) const {
    std::vector<JobId> jobs;
    for (const auto& [submitted, id] : by_age_) {
        if (submitted > then) break;
        jobs.push_back(id);
    }
    return jobs;
}

std::vector<JobId> OpenJobs::of(AccountId account) const {
    std::vector<JobId> jobs;
    for (const auto& [id, open] : jobs_) {
        if (open.job.account == account) jobs.push_back(id);
    }
    return jobs;
}

}  // namespace gotong::core
