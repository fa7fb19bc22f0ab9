// What may become of a job, in as few words as possible, written without looking at the core.
//
// After every turn that is committed it reads from the store what the turn touched, checks that
// this could follow from what was there before and from what was heard, and that what was said is
// so. It keeps its own books: what the ledger must say follows from the jobs alone.
//
// Violations are thrown (violation.h).
#pragma once

#include <map>
#include <set>
#include <string>

#include "tests/simulation/coverage.h"
#include "tests/simulation/turn.h"

namespace gotong::simulation {

class ReferenceModel {
  public:
    ReferenceModel(const Truth& truth, Coverage& coverage) : truth_(truth), coverage_(coverage) {}

    // What a result that is heard now deserves; nullopt: no answer. `store` as it is now.
    std::optional<core::Verdict> deserved(store::Transaction& store,
                                          const core::ResultVerified& result, bool is_sound) const;

    // The turn is durable. Checks the jobs that it touched.
    void check_turn(const Turn& turn, const std::set<JobId>& touched, store::Transaction& store);

    // Everything, from the store alone.
    void check_all(const Turn& turn, store::Transaction& store);

    // The same after a death in the turn, whose transaction may have been committed or not.
    void check_recovered(const Turn& turn, store::Transaction& store);

    // What was said left the process.
    void check_said(const Turn& turn, store::Transaction& store);

    void check_counts(const core::PoolView& view) const;

    // Where all jobs cost the same: accounts that have a job waiting were given jobs in proportion
    // to their weights since the last of them came, but for one job of each and those of so many
    // slots, which may come to nothing.
    void check_shares(std::int64_t slots);

    // All that the policy lets go of and that is due for some sweeps is gone.
    void check_gone(Now now) const;

    // What left the process, which must hold for ever.
    void told(const core::Send& send);

    std::vector<JobId> failed() const;
    std::size_t most_lost() const;  // Attempts of one job.
    std::size_t jobs() const { return jobs_.size(); }

  private:
    struct Known {
        job::Job job;
        std::map<std::uint32_t, std::string> outcomes;
    };

    // What the operator has said of an account.
    struct Limits {
        std::int64_t weight = 1;
        std::uint32_t max_open_jobs = 0;  // 0: the pool's.
        bool operator==(const Limits&) const = default;
    };

    void note_grants(const Turn& turn, store::Transaction& store);
    void note_limits(const Turn& turn, store::Transaction& store);
    void check_open_jobs(AccountId account) const;
    bool is_as_asked(const job::Submission& submission, const job::Job& job, const Turn& turn,
                     store::Transaction& store);
    void check_kept(const Turn& turn, const job::Job& before, const job::Job& after) const;
    bool may_await(const job::Job& job, WorkerId chosen) const;
    void check_order(const Turn& turn, const job::Job& offered, WorkerId worker) const;
    void check_job(const Turn& turn, const job::Job& job, store::Transaction& store);
    void check_attempts(const job::Job& job, Known& known, store::Transaction& store) const;
    void check_ending(const Turn& turn, const job::Job& job,
                      const std::vector<job::Attempt>& attempts, store::Transaction& store);
    void check_failure(const Turn& turn, const job::Job& job,
                       const std::vector<job::Attempt>& attempts, store::Transaction& store);
    void check_cancelled(const Turn& turn, const job::Job& job) const;
    void appear(const Turn& turn, const job::Job& job, store::Transaction& store);
    void reopen(const Turn& turn, Known& known, const job::Job& job);
    bool answers(const job::Submission& submission, const job::Job& job, store::Transaction& store);
    void account_for(const job::Job& before, const job::Job& after);
    void check_balances(const job::Job& job, store::Transaction& store);

    void check(const core::ToWorker& said, const Turn& turn, store::Transaction& store);
    void check(const core::OfferJob& offer, const Turn& turn, WorkerId worker,
               store::Transaction& store);
    void check(const core::AckResult& ack, const Turn& turn, WorkerId worker,
               store::Transaction& store);
    void check(const core::Desired& desired, WorkerId worker);
    void check(const core::Reply& reply, const Turn& turn, store::Transaction& store);
    void check(const core::JobChanged& change, const Turn& turn);

    const Truth& truth_;
    Coverage& coverage_;
    std::map<JobId, Known> jobs_;
    std::map<std::pair<AccountId, std::string>, RequestId> keys_;
    std::set<AccountId> granted_;
    std::map<AccountId, Limits> limits_;
    std::map<AccountId, std::uint32_t> limits_before_;  // This turn, where it was lowered.
    std::set<AccountId> waited_;                        // When shares were looked at last.
    std::map<AccountId, std::int64_t> served_before_;   // When the last of them came.
    std::set<JobId> touched_;                           // In the last turn.
    std::set<JobId> acknowledged_;
    std::size_t open_ = 0;
    std::size_t running_ = 0;
    std::map<JobId, std::uint32_t> offered_;  // The newest attempt that was offered.
    std::map<std::string, Credits> balances_;
};

}  // namespace gotong::simulation
