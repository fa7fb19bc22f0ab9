// How the coordinator's machine fails.
#include "tests/simulation/host.h"
#include "tests/simulation/world.h"

namespace gotong::simulation {
namespace {

constexpr std::uint64_t kCallsToDeath = 150;  // Some turns' worth of store calls.
constexpr std::uint64_t kWritesToFailure = 6;
constexpr std::uint64_t kCallsToFailure = 40;

}  // namespace

void Host::plan_faults() {
    is_calm_ = false;
    const PoolPlan& plan = world_.plan.pool;
    world_.every(plan.die_every, [this] { die(); });
    world_.every(plan.disk_full_every, [this] { fill_disk(); });
    world_.every(plan.pause_every, [this] { pause(); });
    world_.every(plan.wall_jump_every, [this] { jump(); });
}

void Host::calm_down() {
    is_calm_ = true;
    busy_until_ = {};
    if (watched_) watched_->live_on();
    if (disk_) disk_->heal();
    start();
}

void Host::die() {
    if (!is_up()) return;
    if (world_.chance.one_in(4)) return lose_process("pool: died between turns");
    die_at_some_call(kCallsToDeath);
}

void Host::die_at_some_call(std::uint64_t most) {
    watched_->die_at_call(1 + world_.chance.below(most), [this] { lose_disk_handles(); });
}

// What was not synced stays when the process dies, and may not when the machine does.
void Host::lose_disk_handles() {
    if (handles_are_dead_) return;
    handles_are_dead_ = true;
    if (!disk_) return;
    switch (world_.chance.below(3)) {
        case 0:
            world_.coverage.saw("pool: killed");
            return disk_->kill();
        case 1:
            world_.coverage.saw("pool: power cut");
            return disk_->cut_power(test::Unsynced::lost);
        default:
            world_.coverage.saw("pool: power cut, torn");
            return disk_->cut_power(test::Unsynced::torn);
    }
}

void Host::lose_process(const char* how) {
    world_.coverage.saw(how);
    world_.trace([&] { return std::string(how); });
    lose_disk_handles();
    core_.reset();
    watched_.reset();
    if (disk_) store_.reset();
    handles_are_dead_ = false;
    inbox_.clear();
    turn_is_planned_ = false;
    ++life_;
    world_.network.reset_all();
    if (!is_calm_ && world_.chance.one_in(4)) {
        world_.coverage.saw("pool: machine restarted");
        boot_offset_ = std::chrono::ceil<milliseconds>(Monotonic{} - world_.agenda.now()) + 30s;
    }
    world_.agenda.after(world_.chance.between(200ms, is_calm_ ? 1'000ms : 60'000ms),
                        [this] { start(); });
}

// A disk that is full, or that fails: both end the process.
void Host::fill_disk() {
    if (!is_up()) return;
    if (world_.chance.one_in(3))
        return watched_->break_at_call(1 + world_.chance.below(kCallsToFailure));
    if (!disk_) return watched_->fail_next_commit();
    const auto trouble =
        world_.chance.one_in(2) ? test::Trouble::disk_full : test::Trouble::io_error;
    disk_->fail_at(1 + world_.chance.below(kWritesToFailure), trouble, test::Lasting::for_ever);
}

void Host::pause() {
    world_.coverage.saw("pool: paused");
    busy_until_ = world_.agenda.now() + world_.chance.between(2s, 150s);
}

void Host::jump() {
    const milliseconds by = world_.chance.between(1s, 3'600s);
    const bool is_back = world_.chance.one_in(2);
    world_.coverage.saw(is_back ? "pool: wall clock back" : "pool: wall clock forward");
    wall_offset_ += is_back ? -by : by;
    world_.truth.was_set_back = world_.truth.was_set_back || is_back;
}

}  // namespace gotong::simulation
