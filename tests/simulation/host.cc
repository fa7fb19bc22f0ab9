#include "tests/simulation/host.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "coordinator/store/sqlite/store.h"
#include "tests/simulation/mutants_of_host.h"
#include "tests/simulation/story.h"
#include "tests/simulation/violation.h"
#include "tests/simulation/world.h"

namespace gotong::simulation {
namespace {

constexpr std::uint64_t kCallsOfStart = 12;    // About as many as a small pool's takes.
constexpr std::uint64_t kTurnsPerAudit = 100;  // Between checks of everything.
constexpr WallTime kBirth{std::chrono::hours{490'000}};
constexpr Monotonic kFirstBoot = Monotonic{} + std::chrono::hours{1'000};

}  // namespace

Host::Host(World& world) : world_(world), model_(world.truth, world.coverage) {
    if (!world.plan.pool.is_on_sqlite) {
        store_ = std::make_unique<store::MemoryStore>();
        return;
    }
    folder_ = std::make_unique<test::TempDir>();
    disk_ = std::make_unique<test::MemoryDisk>(world.plan.seed);
    if (world.plan.mutant == Mutant::disk_ignores_syncs) disk_->ignore_syncs();
}

Host::~Host() {
    core_.reset();
    watched_.reset();
    store_.reset();
}

Now Host::now() const {
    const auto passed = std::chrono::floor<milliseconds>(world_.agenda.now() - kFirstBoot);
    return {world_.agenda.now() + boot_offset_, kBirth + passed + wall_offset_};
}

// ---- Starting ----

void Host::open_store() {
    if (!disk_) return;
    auto opened = sqlite::open(folder_->path());
    if (!opened) throw Violation("the store opens after a death: " + opened.error().message);
    store_ = std::move(*opened);
}

void Host::start() {
    if (is_up()) return;
    ++life_;
    try {
        if (!try_start()) return lose_process("pool: disk full");
    } catch (const ProcessDied&) {
        return lose_process("pool: died at the start");
    }
    {
        const auto store = store_->begin();
        model_.check_recovered(turn_, *store);
    }
    model_.check_counts(core_->pool());
    hear(core::InputsFound{{world_.files.begin(), world_.files.end()}});
    plan_tick();
}

// False: the store failed.
bool Host::try_start() {
    open_store();
    watched_ = std::make_unique<WatchedStore>(*store_, world_.coverage, world_.mutant);
    if (!is_calm_ && world_.chance.one_in(4)) die_at_some_call(kCallsOfStart);
    core_ = std::make_unique<core::Core>(world_.plan.policy, world_.chance, world_.notary);
    const auto transaction = watched_->begin();
    return store::complete(*transaction, [&] { core_->restore(*transaction, now()); }).has_value();
}

// ---- Turns ----

void Host::hear(core::Event event, bool is_sound) {
    if (!is_up()) return;
    if (auto* result = std::get_if<core::ResultVerified>(&event))
        is_sound = look_for_blob(*result) && is_sound;
    inbox_.push_back({std::move(event), is_sound});
    plan_turn();
}

// As who verifies a result does before the core hears of it.
bool Host::look_for_blob(core::ResultVerified& result) {
    if (!result.verdict || world_.truth.blobs.contains(result.blob_sha256)) return true;
    world_.coverage.saw("lie: a picture that was never uploaded");
    result.verdict = fail(ErrorCode::not_found, "the picture was never uploaded");
    return false;
}

void Host::plan_turn() {
    if (std::exchange(turn_is_planned_, true)) return;
    const milliseconds batch{world_.chance.one_in(4) ? world_.chance.below(20) : 0};
    world_.agenda.at(std::max(busy_until_, world_.agenda.now() + batch), [this, life = life_] {
        if (life == life_) turn();
    });
}

void Host::plan_tick() {
    const milliseconds tick = is_calm_ ? 2 * world_.plan.pool.tick : world_.plan.pool.tick;
    world_.agenda.after(tick, [this, life = life_] {
        if (life != life_ || !is_up()) return;
        if (world_.agenda.now() >= busy_until_) hear(core::Tick{});
        plan_tick();
    });
}

void Host::turn() {
    turn_is_planned_ = false;
    if (!is_up()) return;
    turn_ = {now(), std::exchange(inbox_, {}), {}};
    if (turn_.heard.size() > 1) world_.coverage.saw("pool: several events in a turn");
    try {
        if (!take_turn()) return lose_process("pool: disk full");
    } catch (const ProcessDied&) {
        return lose_process("pool: died in a turn");
    }
    committed();
    if (world_.mutant != Mutant::acknowledge_before_commit) say();
}

// False: the store failed.
bool Host::take_turn() {
    const auto transaction = watched_->begin();
    const Result<> completed = store::complete(*transaction, [&] {
        for (const Heard& heard : turn_.heard) step(heard, *transaction);
        change_said(world_.mutant, turn_, world_.truth);
        if (world_.mutant == Mutant::acknowledge_before_commit) say();
    });
    return completed.has_value();
}

void Host::step(const Heard& heard, store::Transaction& transaction) {
    steps_ += std::holds_alternative<core::Tick>(heard.event) ? 0U : 1U;
    const auto* blob = std::get_if<core::BlobRemoved>(&heard.event);
    if (blob && !remove_blob(blob->sha256)) return;
    const auto expected = expected_for(heard);
    const std::size_t before = turn_.sends.size();
    if (auto changed = heard_by_mutant(world_.mutant, heard, watched_->current())) {
        std::ranges::move(*changed, std::back_inserter(turn_.sends));
    } else {
        const auto altered = altered_by_mutant(world_.mutant, heard.event);
        std::ranges::move(core_->step(altered ? *altered : heard.event, turn_.now, transaction),
                          std::back_inserter(turn_.sends));
    }
    world_.trace([&] { return told(heard.event); });
    for (std::size_t i = before; i < turn_.sends.size(); ++i)
        world_.trace([&] { return told(turn_.sends[i]); });
    if (expected) check_verdict(*expected, before);
}

std::optional<Host::Expected> Host::expected_for(const Heard& heard) {
    const auto* result = std::get_if<core::ResultVerified>(&heard.event);
    if (!result) return std::nullopt;
    if (heard.is_sound) world_.truth.sound_results.insert(result->lease);
    return Expected{result->lease, model_.deserved(watched_->current(), *result, heard.is_sound)};
}

void Host::check_verdict(const Expected& expected, std::size_t first_send) const {
    for (std::size_t i = first_send; i < turn_.sends.size(); ++i) {
        const auto* said = std::get_if<core::ToWorker>(&turn_.sends[i]);
        const auto* ack = said ? std::get_if<core::AckResult>(&said->message) : nullptr;
        if (!ack || ack->lease != expected.lease) continue;
        require(ack->verdict == expected.verdict, "a result is answered as it deserves",
                ack->lease.job.to_hex() + " " + ack->reason);
    }
}

void Host::committed() {
    const auto store = store_->begin();
    model_.check_turn(turn_, watched_->touched(), *store);
    model_.check_said(turn_, *store);
    watched_->forget_touched();
    model_.check_counts(core_->pool());
    if (world_.plan.is_fair) model_.check_shares(world_.plan.slots());
    if (++turns_ % kTurnsPerAudit == 0) model_.check_all(turn_, *store);
}

std::vector<job::Job> Host::jobs_of(AccountId account) const {
    return store_->begin()->newest_jobs(account, 1'000);
}

void Host::check_everything() {
    const auto store = store_->begin();
    model_.check_all(turn_, *store);
}

}  // namespace gotong::simulation
