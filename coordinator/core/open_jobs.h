// The jobs that have not ended. What has ended is in the store alone.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "common/ids.h"
#include "common/time.h"
#include "coordinator/job/input_name.h"
#include "coordinator/job/job.h"

namespace gotong::core {

struct OpenJob {
    job::Job job;
    std::uint64_t order = 0;  // Of submission, since the coordinator was started.
};

class OpenJobs {
  public:
    OpenJob& add(const job::Job& job);
    void remove(JobId id);

    // Nullptr when it has ended or never was. Valid until it is removed.
    OpenJob* find(JobId id);
    const OpenJob* find(JobId id) const;

    // Those that were submitted at `then` or before.
    std::vector<JobId> submitted_until(WallTime then) const;
    std::vector<JobId> of(AccountId account) const;  // Linear in all open jobs.
    std::set<JobId> beginning_with(const job::InputName& input) const;
    bool need(const job::InputName& input) const { return by_input_.contains(input); }
    std::size_t size() const { return jobs_.size(); }

  private:
    std::map<JobId, OpenJob> jobs_;
    std::set<std::pair<WallTime, JobId>> by_age_;
    std::map<job::InputName, std::set<JobId>> by_input_;  // None is empty.
    std::uint64_t added_ = 0;
};

}  // namespace gotong::core
