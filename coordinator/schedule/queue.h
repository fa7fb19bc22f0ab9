// The jobs that wait for a worker, in the order in which they will be offered.
//
// Jobs with the same needs form a lane; within a lane any job could go to any worker that one of
// them could go to. A lane is ordered by account (fair_share), and by priority, then first come,
// first served, within an account. So the only jobs to look at are the lanes' fronts, however many
// jobs wait.
//
// Cost: logarithmic in the number of accounts and of an account's jobs, times the number of lanes
// that an account waits in; taking a job out of the middle of an account's row is linear in the
// row.
//
// Corridor: ledger/ledger -> [schedule/queue] -> schedule/choose_worker
#pragma once

#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/credits.h"
#include "common/handshake/handshake.h"
#include "common/ids.h"
#include "common/time.h"
#include "coordinator/schedule/fair_share.h"
#include "coordinator/schedule/kind.h"
#include "coordinator/schedule/retry.h"

namespace gotong::schedule {

struct Needs {
    Kind kind;
    std::set<WorkerId> avoid;    // They failed it before.
    std::uint32_t protocol = 1;  // The oldest that can say what it asks for.

    auto operator<=>(const Needs&) const = default;
};

inline Needs needs_of(const job::Job& job) {
    return {kind_of(job), job.failed_on,
            job.spec.original ? handshake::kProtocolOfOriginals : handshake::kOldestProtocol};
}

struct Waiting {
    JobId job;
    AccountId account;
    std::uint64_t order = 0;  // Of submission; unique.
    Credits price;
    Needs needs;
    std::int32_t priority = 0;  // Among its account's own jobs: the highest first.
    // Since when it could have had a worker that would have to load its model (schedule/patience).
    std::optional<Monotonic> passed_over{};
};

class Queue {
  public:
    // Not to be offered before `not_before`; the epoch means at once. A wait longer than `longest`
    // means that the wall clock was set back: the job waits no longer.
    void add(Waiting waiting, WallTime not_before, WallTime now,
             std::chrono::milliseconds longest = kLongestRetryDelay);
    void remove(JobId job);

    // Removes the job because a worker gets it, and charges its account.
    void serve(JobId job);
    void give_back(AccountId account, Credits price);

    // See FairShare.
    void set_weight(AccountId account, std::uint32_t weight);

    // Lets in what was delayed until now. True if there was something.
    bool admit(WallTime now);

    // The front job of each lane, by fair share. The pointers hold until the next change.
    std::vector<const Waiting*> fronts() const;

    // The first of a lane, in the order in which they would be served if nothing came between; at
    // most `most`. As long-lived as fronts().
    std::vector<const Waiting*> line(const Needs& needs, std::size_t most) const;

    // Nothing if it was marked before. For a job that is in the queue.
    void pass_over(JobId job, Monotonic now);
    std::optional<Monotonic> passed_over(JobId job) const {
        return waiting_.at(job).waiting.passed_over;
    }

    // How many jobs for the same model would be served before this one if all cost the same.
    // Delayed jobs are behind all others.
    std::size_t ahead_of(JobId job) const;

    std::vector<JobId> of_model(const std::string& digest) const;

    // When the job may be offered; the epoch: now. For a job that is in the queue.
    WallTime delayed_until(JobId job) const { return waiting_.at(job).not_before; }

    // How many jobs could be offered now that need one of these models. Linear in the accounts.
    std::size_t ready_for(const std::set<std::string>& digests) const;

    // Of the jobs that could be offered now, the one that was submitted first. Linear in the
    // accounts, times the priorities that they use.
    std::optional<JobId> oldest() const;

    // Whether there is a job that could be offered now.
    bool is_ready() const { return !lanes_.empty(); }

    bool contains(JobId job) const { return waiting_.contains(job); }
    std::size_t size() const { return waiting_.size(); }

  private:
    struct Place {
        std::int32_t after = 0;  // The priority, negated.
        std::uint64_t order = 0;
        JobId job;
        auto operator<=>(const Place&) const = default;
    };
    using Row = std::deque<Place>;  // Sorted.

    struct Lane {
        std::map<AccountId, Row> rows;  // None is empty.
        std::set<std::pair<std::int64_t, AccountId>> turns;
    };
    struct Entry {
        Waiting waiting;
        WallTime not_before{};  // The epoch: it stands in its lane.
        std::chrono::milliseconds longest{0};
    };

    static Place place_of(const Waiting& waiting) {
        return {-waiting.priority, waiting.order, waiting.job};
    }

    void enter(const Waiting& waiting);
    void leave(const Waiting& waiting);
    bool is_waiting(AccountId account) const;
    template <class Change>
    void retag(AccountId account, Change change);
    std::size_t ahead_in(const Lane& lane, const Waiting& waiting, std::size_t own) const;

    FairShare share_;
    std::map<Needs, Lane> lanes_;  // None is empty.
    std::map<JobId, Entry> waiting_;
    std::set<std::pair<WallTime, JobId>> delayed_;
};

}  // namespace gotong::schedule
