// The newest attempt of each job that this worker was offered, so that an old offer cannot be
// played to it again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <unordered_map>

#include "worker/job/job.h"

namespace gotong::worker {

class SeenAttempts {
  public:
    // False when this attempt, or a later one of the same job, was noted before.
    bool note(const Lease& lease) {
        auto [at, is_new] = newest_.try_emplace(lease.job, lease.attempt);
        if (!is_new && lease.attempt <= at->second) return false;
        at->second = lease.attempt;
        if (is_new) remember(lease.job);
        return true;
    }

  private:
    // An offer that is so old is refused by the pool too, whose lease has long ended.
    static constexpr std::size_t kMostJobs = 1'024;

    void remember(JobId job) {
        order_.push_back(job);
        if (order_.size() <= kMostJobs) return;
        newest_.erase(order_.front());
        order_.pop_front();
    }

    std::unordered_map<JobId, std::uint32_t> newest_;
    std::deque<JobId> order_;
};

}  // namespace gotong::worker
