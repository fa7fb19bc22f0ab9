#include "coordinator/core/open_jobs.h"

#include "common/check.h"
#include "coordinator/job/inputs.h"

namespace gotong::core {

OpenJob& OpenJobs::add(const job::Job& job) {
    by_age_.emplace(job.submitted, job.id);
    for (const auto& input : job::inputs_of(job.account, job.spec)) by_input_[input].insert(job.id);
    const auto [at, is_new] = jobs_.emplace(job.id, OpenJob{job, ++added_});
    check(is_new, "a job was opened twice");
    return at->second;
}

void OpenJobs::remove(JobId id) {
    const auto found = jobs_.find(id);
    check(found != jobs_.end(), "a job was closed that is not open");
    const job::Job& job = found->second.job;
    by_age_.erase({job.submitted, id});
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

std::set<JobId> OpenJobs::beginning_with(const job::InputName& input) const {
    const auto found = by_input_.find(input);
    return found == by_input_.end() ? std::set<JobId>{} : found->second;
}

}  // namespace gotong::core
