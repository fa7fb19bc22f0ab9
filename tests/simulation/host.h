// The machine that the coordinator runs on: hears events, lets the core step several of them in one
// transaction, says what it wants said after the commit, dies, and starts again from its store.
//
// As coordinator/loop does it, without threads. A failed commit is the death of the process.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "coordinator/store/memory/memory_store.h"
#include "tests/simulation/plan.h"
#include "tests/simulation/reference_model.h"
#include "tests/simulation/watched_store.h"
#include "tests/support/temp_dir.h"
#include "tests/support/vfs/memory_disk.h"

namespace gotong::simulation {

struct World;

class Host {
  public:
    explicit Host(World& world);
    ~Host();

    void start();
    void hear(core::Event event, bool is_sound = true);  // Nothing while it is down.
    void turn();                                         // All that was heard, in one transaction.

    void plan_faults();  // From now on it dies, is paused, and so on, as planned.
    void calm_down();

    bool is_up() const { return core_ != nullptr; }
    int life() const { return life_; }  // Connections of another one are dead.
    Now now() const;
    std::uint64_t steps() const { return steps_; }  // Ticks not counted.
    const Turn& last_turn() const { return turn_; }
    ReferenceModel& model() { return model_; }
    const core::Core& core() const { return *core_; }
    void check_everything();
    void check_gone() const { model_.check_gone(now()); }
    std::vector<job::Job> jobs_of(AccountId account) const;  // As they are on disk.

  private:
    struct Expected {
        core::LeaseToken lease;
        std::optional<core::Verdict> verdict;
    };

    void open_store();
    bool try_start();
    bool look_for_blob(core::ResultVerified& result);
    void plan_turn();
    bool take_turn();
    void plan_tick();
    void step(const Heard& heard, store::Transaction& transaction);
    std::optional<Expected> expected_for(const Heard& heard);
    void check_verdict(const Expected& expected, std::size_t first_send) const;
    void committed();

    // host_said.cc
    void say();
    void say(const core::Send& send);
    void remove_file(const job::InputName& name);
    bool remove_blob(const Digest& sha256);

    // host_faults.cc
    void die();
    void lose_process(const char* how);
    void lose_disk_handles();
    void die_at_some_call(std::uint64_t most);
    void fill_disk();
    void pause();
    void jump();

    World& world_;
    std::unique_ptr<test::TempDir> folder_;
    std::unique_ptr<test::MemoryDisk> disk_;  // With it: SQLite. Without: a MemoryStore.
    std::unique_ptr<store::Store> store_;
    std::unique_ptr<WatchedStore> watched_;
    std::unique_ptr<core::Core> core_;  // None: it is down.
    ReferenceModel model_;

    int life_ = 0;
    bool is_calm_ = true;
    bool turn_is_planned_ = false;
    bool handles_are_dead_ = false;
    Monotonic busy_until_{};
    milliseconds boot_offset_{0};
    milliseconds wall_offset_{0};
    std::uint64_t steps_ = 0;
    std::uint64_t turns_ = 0;
    std::vector<Heard> inbox_;
    Turn turn_;  // The last; it may be durable or not when the process died in it.
};

}  // namespace gotong::simulation
