// The jobs that wait for a worker, in the order in which they will be offered.
//
// Jobs with the same needs form a lane; within a lane any job could go to any worker that one of
// them could go to. A lane is ordered by account (fair_share), and first come, first served within
// an account. So the only jobs to look at are the lanes' fronts, however many jobs wait.
//
// Cost: logarithmic in the number of accounts and of an account's jobs, times the number of lanes
// that an account waits in; taking a job out of the middle of an account's row is linear in the
// row.
//
// Corridor: ledger/ledger -> [schedule/queue] -> schedule/choose_worker
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
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
};

class Queue {
  public:
    // Not to be offered before `not_before`; the epoch means at once.
    void add(Waiting waiting, WallTime not_before, WallTime now);
    void remove(JobId job);

    // Removes the job because a worker gets it, and charges its account.
    void serve(JobId job);
    void give_back(AccountId account, Credits price);

    // Lets in what was delayed until now. True if there was something.
    bool admit(WallTime now);

    // The front job of each lane, by fair share. The pointers hold until the next change.
    std::vector<const Waiting*> fronts() const;

    // How many jobs for the same model would be served before this one if all cost the same.
    // Delayed jobs are behind all others.
    std::size_t ahead_of(JobId job) const;

    std::vector<JobId> of_model(const std::string& digest) const;
    bool contains(JobId job) const { return waiting_.contains(job); }
    std::size_t size() const { return waiting_.size(); }

  private:
    using Row = std::deque<std::pair<std::uint64_t, JobId>>;  // By order.

    struct Lane {
        std::map<AccountId, Row> rows;  // None is empty.
        std::set<std::pair<std::int64_t, AccountId>> turns;
    };
    struct Entry {
        Waiting waiting;
        WallTime not_before{};  // The epoch: it stands in its lane.
    };

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
