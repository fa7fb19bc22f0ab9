// The jobs that have not ended. What has ended is in the store alone.
#pragma once

#include <cstddef>
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

    // Those that are to be given up at `then` or before.
    std::vector<JobId> expired_until(WallTime then) const;
    std::vector<JobId> of(AccountId account) const;  // In the order of their ids.
    std::vector<JobId> newest(AccountId account, std::size_t most) const;
    std::size_t count(AccountId account) const;
    std::set<JobId> beginning_with(const job::InputName& input) const;
    bool need(const job::InputName& input) const { return by_input_.contains(input); }
    std::size_t size() const { return jobs_.size(); }

  private:
    std::map<JobId, OpenJob> jobs_;
    std::set<std::pair<WallTime, JobId>> by_expiry_;
    std::map<AccountId, std::map<std::uint64_t, JobId>> by_account_;  // By order. None is empty.
    std::map<job::InputName, std::set<JobId>> by_input_;              // None is empty.
    std::uint64_t added_ = 0;
};

}  // namespace gotong::core
