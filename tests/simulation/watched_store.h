// A store between the core and the real one, which sees every call: it says what a transaction has
// touched, plays the death of the process at any call, and is where planted faults change what is
// written.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "coordinator/store/store.h"
#include "tests/simulation/coverage.h"
#include "tests/simulation/mutant.h"

namespace gotong::simulation {

// The process is gone, in the middle of whatever it did. Thrown through the core, which is dropped.
struct ProcessDied {};

class WatchedStore final : public store::Store {
  public:
    WatchedStore(store::Store& inner, Coverage& coverage, const Mutant& mutant)
        : inner_(inner), coverage_(coverage), mutant_(mutant) {}

    std::unique_ptr<store::Transaction> begin() override;

    // The process dies at the n-th call from now; `on_death` runs before anything unwinds.
    void die_at_call(std::uint64_t n, std::function<void()> on_death);
    // The disk fails at the n-th call from now, in the middle of a step.
    void break_at_call(std::uint64_t n) { calls_to_break_ = n; }
    void live_on() {  // Nothing of the kind any more.
        calls_left_ = 0;
        calls_to_break_ = 0;
        fails_commit_ = false;
    }
    void fail_next_commit() { fails_commit_ = true; }

    void forget_touched() { touched_.clear(); }
    const std::set<JobId>& touched() const { return touched_; }

    store::Transaction& current() { return *current_; }  // The one begun last, unwatched.

    // ---- For the transactions ----
    void call(std::string_view name);           // May throw ProcessDied.
    void read_or_write(std::string_view name);  // May throw store::Broken too.
    void touch(JobId job) { touched_.insert(job); }
    void note_state(store::Transaction& inner, const job::Job& job);
    bool take_commit_failure() { return std::exchange(fails_commit_, false); }
    Coverage& coverage() { return coverage_; }
    Mutant mutant() const { return mutant_; }

  private:
    store::Store& inner_;
    Coverage& coverage_;
    const Mutant& mutant_;              // Planted after the store is opened first.
    std::uint64_t calls_left_ = 0;      // 0: nothing is planned.
    std::uint64_t calls_to_break_ = 0;  // The same.
    std::function<void()> on_death_;
    bool fails_commit_ = false;
    store::Transaction* current_ = nullptr;
    std::set<JobId> touched_;
};

}  // namespace gotong::simulation
