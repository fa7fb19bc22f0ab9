// The thread around the core: order, group commit, bounds and stopping. (That a failed commit ends
// the process with nothing said is tested on the whole program: coordinator/rpc/restart_test.)
#include "coordinator/loop/loop.h"

#include <array>
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <thread>
#include <vector>

#include "coordinator/loop/wait_for.h"
#include "coordinator/notary/pool_notary.h"
#include "coordinator/store/memory/memory_store.h"
#include "tests/support/store/forwarding.h"

namespace gotong::loop {
namespace {

class Silence final : public Outlet {
  public:
    void to_worker(core::ToWorker) override {}
    void job_changed(core::JobChanged) override {}
    void remove_input(core::RemoveInput file) override { removed.push_back(file.name); }
    bool remove_blob(core::RemoveBlob blob) override {
        removed_blobs.push_back(blob.sha256);
        return true;
    }
    void tick(Now) override { ++ticks; }
    std::atomic<int> ticks{0};
    std::vector<Digest> removed_blobs;    // Likewise.
    std::vector<job::InputName> removed;  // Of the loop's thread alone, until stop() has joined it.
};

struct Stage {
    SystemClock clock;
    notary::SystemRng rng;
    notary::PoolNotary notary{crypto::SigningKey::generate(), "home"};
    core::Core core{{.pool_name = "home"}, rng, notary};
    store::MemoryStore store;
    Silence silence;
    Loop loop{core, store, clock, silence};
};

// A store that notes whether two of its transactions were alive at once. Its first one takes its
// time to go, long enough for another thread to begin one.
class LingeringStore final : public store::Store {
  public:
    std::unique_ptr<store::Transaction> begin() override {
        if (++alive_ > 1) overlapped = true;
        return std::make_unique<Lingering>(inner_.begin(), *this, begun_++ == 0);
    }
    std::atomic<bool> overlapped = false;

  private:
    class Lingering final : public test::ForwardingTransaction {
      public:
        Lingering(std::unique_ptr<store::Transaction> inner, LingeringStore& store, bool lingers)
            : ForwardingTransaction(std::move(inner)), store_(store), lingers_(lingers) {}
        ~Lingering() override {
            if (lingers_) std::this_thread::sleep_for(100ms);
            --store_.alive_;
        }

      private:
        LingeringStore& store_;
        bool lingers_;
    };

    store::MemoryStore inner_;
    std::atomic<int> alive_ = 0;
    int begun_ = 0;
};

TEST_CASE("the thread begins when the transaction that restored is gone") {
    Stage stage;
    LingeringStore store;
    Loop loop(stage.core, store, stage.clock, stage.silence);
    REQUIRE(loop.start());
    const auto turned = wait_for<bool>(loop, [](Turn&, auto answer) { answer(true); });
    loop.stop();
    CHECK(turned);
    CHECK_FALSE(store.overlapped);
}

TEST_CASE("what is said leaves in the order of the tasks, after all of their writes") {
    Stage stage;
    std::vector<int> order;  // Of the loop's thread alone, until stop() has joined it.
    for (int i = 0; i < 5; ++i) {
        REQUIRE(stage.loop.post([&order, i](Turn& turn) {
            order.push_back(i);
            turn.after_commit([&order, i] { order.push_back(100 + i); });
        }));
    }
    REQUIRE(stage.loop.start());  // All five are waiting: they share one turn.
    stage.loop.stop();
    CHECK(order == std::vector<int>{0, 1, 2, 3, 4, 100, 101, 102, 103, 104});
}

TEST_CASE("tasks of many threads all run, each thread's in its order") {
    Stage stage;
    REQUIRE(stage.loop.start());
    constexpr int kThreads = 4;
    constexpr int kTasks = 2'000;
    std::array<int, kThreads> next{};
    bool ordered = true;
    {
        std::vector<std::jthread> threads;
        for (std::size_t thread = 0; thread < kThreads; ++thread) {
            threads.emplace_back([&, thread] {
                for (int i = 0; i < kTasks; ++i) {
                    stage.loop.post_always(
                        [&, thread, i](Turn&) { ordered = ordered && next[thread]++ == i; });
                }
            });
        }
    }
    stage.loop.stop();
    CHECK(ordered);
    CHECK(next == std::array<int, kThreads>{kTasks, kTasks, kTasks, kTasks});
}

TEST_CASE("a full queue takes no more, but for what must not be lost") {
    Stage stage;
    std::size_t run = 0;
    for (std::size_t i = 0; i < kMaxWaiting; ++i) {
        REQUIRE(stage.loop.post([&run](Turn&) { ++run; }));
    }
    CHECK_FALSE(stage.loop.post([&run](Turn&) { ++run; }));
    stage.loop.post_always([&run](Turn&) { ++run; });
    REQUIRE(stage.loop.start());
    stage.loop.stop();
    CHECK(run == kMaxWaiting + 1);
}

TEST_CASE("a file is removed in a later turn, unless it came back in between") {
    Stage stage;
    const job::InputName gone{.account = {}, .sha256 = {1}};
    const job::InputName back{.account = {}, .sha256 = {2}};
    const auto nobody = [](const Result<core::Answer>& answer) { CHECK(!answer); };
    REQUIRE(stage.loop.post([&](Turn& turn) {
        // Of an account that nobody knows: refused, and its file is not to stay.
        turn.ask(core::InputStored{.name = gone, .size = 1}, nobody);
        turn.ask(core::InputStored{.name = back, .size = 1}, nobody);
        turn.store().put_input({.name = back, .size = 1, .kept_from = turn.now().wall});
    }));
    REQUIRE(stage.loop.start());
    stage.loop.stop();
    CHECK(stage.silence.removed == std::vector{gone});
}

TEST_CASE("a doomed blob's file is removed in a later turn, unless it was spared in between") {
    Stage stage;
    const Digest gone{1};
    const Digest spared{2};
    {
        const auto t = stage.store.begin();
        t->doom_blob(gone);
        t->doom_blob(spared);
        REQUIRE(t->commit());
    }
    // The first turn's tick asks for both removals, which are turns behind this one.
    REQUIRE(stage.loop.post([&](Turn& turn) {
        turn.after_commit([&] {
            stage.loop.post_always([&](Turn& later) { (void)later.store().spare_blob(spared); });
        });
    }));
    REQUIRE(stage.loop.start());
    const auto deadline = std::chrono::steady_clock::now() + 60s;
    while (stage.silence.ticks < 2 && std::chrono::steady_clock::now() < deadline) {
        std::this_thread::sleep_for(5ms);
    }
    stage.loop.stop();
    CHECK(stage.silence.removed_blobs == std::vector{gone});
    CHECK_FALSE(stage.store.begin()->is_doomed(gone));
}

TEST_CASE("an answer of the core reaches the one who asked") {
    Stage stage;
    REQUIRE(stage.loop.start());
    const core::AddAccount account{.name = "anna", .token_hash = {1}, .grant = {5}};
    const auto added = wait_for<core::Answer>(
        stage.loop, [account](Turn& turn, auto answer) { turn.ask(account, answer); });
    REQUIRE(added);
    CHECK(std::holds_alternative<core::Done>(*added));
    const auto refused = wait_for<core::Answer>(stage.loop, [](Turn& turn, auto answer) {
        turn.ask(core::RevokeAccount{.name = "nobody"}, answer);
    });
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::not_found);
}

TEST_CASE("time passes for the core while nobody says anything") {
    Stage stage;
    REQUIRE(stage.loop.start());
    const auto deadline = std::chrono::steady_clock::now() + 60s;
    while (stage.silence.ticks < 3 && std::chrono::steady_clock::now() < deadline) {
        std::this_thread::sleep_for(5ms);
    }
    CHECK(stage.silence.ticks >= 3);
}

}  // namespace
}  // namespace gotong::loop
