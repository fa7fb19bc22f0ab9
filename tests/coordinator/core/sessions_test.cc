// Workers come, drop, die and come back. What they hold is decided by what they say they hold.
#include <catch2/catch_test_macros.hpp>

#include "tests/support/core/worker.h"

namespace gotong::test {
namespace {

const std::vector<core::OfferedModel> kEmoji{{"emoji", model_named("emoji").digest}};

struct Scene {
    Pool pool;
    AccountId alice;

    Scene() {
        pool.add_model(model_named("emoji"));
        alice = pool.add_account("alice");
    }
    std::uint32_t online() { return pool.core().pool().workers_online; }
    job::State state_of(JobId id) { return pool.job(id).state; }
};

TEST_CASE("a worker that enrolled is welcomed with the catalogue and the pool's times") {
    Scene scene;
    Worker worker{scene.pool, 1, kEmoji};
    worker.hello();
    const auto welcome = worker.heard<core::Welcome>();
    CHECK(welcome.resumed == false);
    CHECK(!welcome.resume_token.empty());
    REQUIRE(welcome.catalogue.size() == 1);
    CHECK(welcome.catalogue[0].name == "emoji");
    CHECK(welcome.refused_models.empty());
    CHECK(welcome.session_ttl == core::Policy{}.session_ttl);
}

TEST_CASE("a key that never enrolled is told to join") {
    Scene scene;
    core::WorkerHello hello;
    hello.stream = scene.pool.next_stream();
    hello.public_key = key_from(77).public_key();
    scene.pool.step(hello);
    const auto& said = scene.pool.said_on(hello.stream);
    REQUIRE(said.size() == 1);
    const auto& reason = std::get<core::CloseStream>(said[0]).reason;
    CHECK(reason.code == ErrorCode::unauthenticated);
    CHECK(reason.message == "this pool does not know this worker; join it with an invite");
}

TEST_CASE("models that the pool does not have, or has with other weights, are refused with words") {
    Scene scene;
    Worker worker{
        scene.pool, 1, {{"emoji", std::string(64, '7')}, {"paint", std::string(64, '8')}}};
    worker.hello();
    const auto welcome = worker.heard<core::Welcome>();
    REQUIRE(welcome.refused_models.size() == 2);
    CHECK(welcome.refused_models[0].starts_with("emoji: this pool's weights are "));
    CHECK(welcome.refused_models[0].ends_with("yours are 777777777777..."));
    CHECK(welcome.refused_models[1] == "paint: this pool does not render with it");
    worker.snapshot();
    scene.pool.submit_one(scene.alice);
    CHECK(!worker.hears<core::OfferJob>());
}

TEST_CASE("nothing is offered before the first snapshot") {
    Scene scene;
    Worker worker{scene.pool, 1, kEmoji};
    worker.hello();
    scene.pool.submit_one(scene.alice);
    CHECK(!worker.hears<core::OfferJob>());
    worker.snapshot();
    CHECK(worker.hears<core::OfferJob>());
}

TEST_CASE("a worker gets no more offers at once than it has free slots") {
    Scene scene;
    Worker worker{scene.pool, 1, kEmoji, 2};
    worker.connect();
    for (int i = 0; i < 3; ++i) scene.pool.submit_one(scene.alice);
    std::size_t offers = 0;
    for (const auto& message : worker.take()) {
        if (std::holds_alternative<core::OfferJob>(message)) ++offers;
    }
    CHECK(offers == 2);
    worker.snapshot();  // Sent before the offers arrived: both slots still look free.
    CHECK(!worker.hears<core::OfferJob>());
}

TEST_CASE("a draining worker keeps what it holds and gets nothing more") {
    Scene scene;
    Worker worker{scene.pool, 1, kEmoji, 2};
    worker.connect();
    scene.pool.submit_one(scene.alice);
    const auto offer = worker.heard<core::OfferJob>();
    worker.accept(offer);
    worker.draining = true;
    worker.snapshot();
    CHECK(worker.heard<core::Desired>().keep == std::vector{offer.lease});
    scene.pool.submit_one(scene.alice);
    CHECK(!worker.hears<core::OfferJob>());
}

TEST_CASE("a dropped stream costs nothing when the worker resumes its session") {
    Scene scene;
    Worker worker{scene.pool, 1, kEmoji};
    worker.connect();
    const JobId id = scene.pool.submit_one(scene.alice);
    const auto offer = worker.heard<core::OfferJob>();
    worker.accept(offer);
    worker.drop();
    CHECK(scene.online() == 0);
    scene.pool.pass(60s);
    CHECK(scene.state_of(id) == job::State::running);
    worker.hello();
    CHECK(worker.heard<core::Welcome>().resumed);
    worker.snapshot();
    CHECK(worker.heard<core::Desired>().keep == std::vector{offer.lease});
    worker.finish(offer);
    CHECK(scene.state_of(id) == job::State::done);
    CHECK(scene.pool.job(id).attempt == 1);
}

TEST_CASE("a session that is silent for its time ends, and its job is queued again unharmed") {
    Scene scene;
    Worker worker{scene.pool, 1, kEmoji};
    worker.connect();
    const JobId id = scene.pool.submit_one(scene.alice);
    worker.accept(worker.heard<core::OfferJob>());
    scene.pool.pass(core::Policy{}.session_ttl);
    CHECK(scene.state_of(id) == job::State::queued);
    CHECK(scene.pool.outcome_of(id, 1) == "lost");
    CHECK(scene.pool.job(id).failed_on.empty());
    CHECK(scene.online() == 0);
    CHECK(worker.heard<core::CloseStream>().reason.code == ErrorCode::deadline_exceeded);
}

TEST_CASE("heartbeats keep a session alive") {
    Scene scene;
    Worker worker{scene.pool, 1, kEmoji};
    worker.connect();
    for (int i = 0; i < 5; ++i) {
        scene.pool.pass(30s);
        worker.snapshot();
    }
    CHECK(scene.online() == 1);
}

TEST_CASE("a second connection of the same key replaces the first, which is told so") {
    Scene scene;
    Worker worker{scene.pool, 1, kEmoji};
    worker.connect();
    const core::StreamId old = worker.stream();
    worker.resume_token.clear();
    worker.connect();
    const auto& said = scene.pool.said_on(old);
    REQUIRE(std::holds_alternative<core::CloseStream>(said.back()));
    CHECK(std::get<core::CloseStream>(said.back()).reason.message == "replaced by a newer session");
    CHECK(scene.online() == 1);
    scene.pool.step(core::StreamClosed{old});  // The old stream's end says nothing about the new.
    CHECK(scene.online() == 1);
}

TEST_CASE("a wrong resume token starts a new session") {
    Scene scene;
    Worker worker{scene.pool, 1, kEmoji};
    worker.connect();
    worker.resume_token = "guessed";
    worker.hello();
    CHECK(worker.heard<core::Welcome>().resumed == false);
}

TEST_CASE("a restarted worker's job is queued at its first snapshot, and nobody is to blame") {
    Scene scene;
    Worker worker{scene.pool, 1, kEmoji};
    worker.connect();
    const JobId id = scene.pool.submit_one(scene.alice);
    worker.accept(worker.heard<core::OfferJob>());
    worker.drop();
    worker.held.clear();
    worker.resume_token.clear();
    worker.hello();
    CHECK(scene.state_of(id) == job::State::running);  // It has not said yet what it holds.
    worker.snapshot();
    CHECK(scene.pool.outcome_of(id, 1) == "lost");
    const auto again = worker.heard<core::OfferJob>();
    CHECK(again.lease == core::LeaseToken{id, 2});
    CHECK(scene.pool.job(id).failed_on.empty());
}

TEST_CASE("an offer that was lost with its stream is made again at once") {
    Scene scene;
    Worker worker{scene.pool, 1, kEmoji};
    worker.connect();
    const JobId id = scene.pool.submit_one(scene.alice);
    (void)worker.take();
    worker.drop();
    worker.connect();
    CHECK(worker.heard<core::OfferJob>().lease == core::LeaseToken{id, 2});
}

TEST_CASE("an acceptance that was lost with its stream is found in the snapshot") {
    Scene scene;
    Worker worker{scene.pool, 1, kEmoji};
    worker.connect();
    const JobId id = scene.pool.submit_one(scene.alice);
    const auto offer = worker.heard<core::OfferJob>();
    worker.held.push_back({offer.lease, core::Phase::loading, 0});
    worker.drop();
    worker.connect();
    scene.pool.pass(20s);  // Longer than an unanswered offer lives.
    CHECK(scene.state_of(id) == job::State::running);
    CHECK(scene.pool.job(id).attempt == 1);
}

TEST_CASE("a lease that is not the worker's is cancelled") {
    Scene scene;
    Worker worker{scene.pool, 1, kEmoji};
    worker.connect();
    const core::LeaseToken stranger{JobId{}, 3};
    worker.held.push_back({stranger, core::Phase::rendering, 4});
    worker.snapshot();
    const auto desired = worker.heard<core::Desired>();
    CHECK(desired.cancel == std::vector{stranger});
    CHECK(desired.keep.empty());
}

TEST_CASE("results in the outbox are asked for after a reconnection, and not while under way") {
    Scene scene;
    Worker worker{scene.pool, 1, kEmoji};
    worker.connect();
    scene.pool.submit_one(scene.alice);
    const auto offer = worker.heard<core::OfferJob>();
    worker.accept(offer);
    worker.held.clear();
    worker.outbox = {offer.lease};
    worker.snapshot();
    CHECK(worker.heard<core::Desired>().resend.empty());
    worker.snapshot();
    CHECK(worker.heard<core::Desired>().resend == std::vector{offer.lease});
    worker.drop();
    worker.connect();
    CHECK(worker.heard<core::Desired>().resend == std::vector{offer.lease});
    worker.finish(offer);
    CHECK(worker.heard<core::AckResult>().verdict == core::Verdict::accepted);
}

TEST_CASE("a worker that says goodbye hands its job back") {
    Scene scene;
    Worker worker{scene.pool, 1, kEmoji};
    worker.connect();
    const JobId id = scene.pool.submit_one(scene.alice);
    worker.accept(worker.heard<core::OfferJob>());
    scene.pool.step(core::WorkerGoodbye{worker.stream()});
    CHECK(scene.state_of(id) == job::State::queued);
    CHECK(scene.pool.outcome_of(id, 1) == "returned");
    CHECK(scene.online() == 0);
}

TEST_CASE("after a restart of the coordinator a worker goes on with what it holds") {
    Scene scene;
    Worker worker{scene.pool, 1, kEmoji};
    worker.connect();
    const JobId id = scene.pool.submit_one(scene.alice);
    const auto offer = worker.heard<core::OfferJob>();
    worker.accept(offer);
    scene.pool.restart();
    scene.pool.pass(60s);
    CHECK(scene.state_of(id) == job::State::running);
    worker.connect();
    CHECK(worker.heard<core::Desired>().keep == std::vector{offer.lease});
    worker.finish(offer);
    CHECK(scene.state_of(id) == job::State::done);
}

TEST_CASE("after a restart of the coordinator a job whose worker stays away is queued again") {
    Scene scene;
    Worker worker{scene.pool, 1, kEmoji};
    worker.connect();
    const JobId id = scene.pool.submit_one(scene.alice);
    worker.accept(worker.heard<core::OfferJob>());
    scene.pool.restart();
    scene.pool.pass(core::Policy{}.session_ttl);
    CHECK(scene.state_of(id) == job::State::queued);
    CHECK(scene.pool.job(id).failed_on.empty());
}

TEST_CASE("frames of a stream that is not open change nothing") {
    Scene scene;
    const JobId id = scene.pool.submit_one(scene.alice);
    scene.pool.step(core::WorkerSnapshot{.stream = 999,
                                         .free_slots = 4,
                                         .held = {{{id, 1}, core::Phase::rendering, 1}},
                                         .outbox = {},
                                         .draining = false,
                                         .models = kEmoji});
    scene.pool.step(core::WorkerGoodbye{999});
    CHECK(scene.pool.said_on(999).empty());
    CHECK(scene.state_of(id) == job::State::queued);
}

struct Stuck : Scene {
    Worker worker{pool, 1, kEmoji, 2};
    core::LeaseToken lease;

    // One of its two slots renders a job that has been cancelled.
    Stuck() {
        worker.connect();
        pool.submit_one(alice);
        const auto offer = worker.heard<core::OfferJob>();
        worker.accept(offer);
        lease = offer.lease;
        REQUIRE(pool.ask(core::CancelJob{.account = alice, .job = lease.job}));
    }
    void report(bool stopping) {
        worker.held = {{lease, core::Phase::rendering, 1, stopping}};
        worker.snapshot();
    }
    std::uint32_t stuck_slots() { return pool.core().workers().at(0).stuck_slots; }
    bool gets_a_job() {
        pool.submit_one(alice);
        return worker.hears<core::OfferJob>();
    }
};

TEST_CASE("a slot that does not stop in time is shown as stuck, and the others go on") {
    Stuck scene;
    scene.report(true);
    scene.pool.pass(core::Policy{}.stop_within / 2);
    scene.report(true);
    CHECK(scene.stuck_slots() == 0);
    scene.pool.pass(core::Policy{}.stop_within / 2);
    scene.report(true);
    CHECK(scene.stuck_slots() == 1);
    CHECK(scene.gets_a_job());
}

TEST_CASE("a worker that does not even acknowledge a cancel gets no offers until it lets go") {
    Stuck scene;
    scene.report(false);
    scene.pool.pass(core::Policy{}.stop_within);
    scene.report(false);
    CHECK(scene.stuck_slots() == 1);
    CHECK_FALSE(scene.gets_a_job());
    scene.worker.held.clear();
    scene.worker.snapshot();
    CHECK(scene.stuck_slots() == 0);
    CHECK(scene.worker.hears<core::OfferJob>());
}

// Two daemons with one key, as after a copy of the data folder.
struct Doubled : Scene {
    Worker older{pool, 1, kEmoji};
    Worker newer = older.with_same_key();

    Doubled() {
        older.instance = "older";
        newer.instance = "newer";
        older.connect();
        newer.connect();
    }
    bool has_rival() { return pool.core().workers().at(0).has_rival; }
    std::string why() {
        return pool.core().why(pool.core().worker(older.key().public_key()).value(), pool.now())[0];
    }
};

TEST_CASE("of two daemons with one key the older is turned away while the newer is here") {
    Doubled scene;
    CHECK(scene.older.heard<core::CloseStream>().reason.message.ends_with(
        "stop one of the two, or let it join again with an invite and a --data folder of its own"));
    CHECK_FALSE(scene.has_rival());  // It may be a restart.
    const JobId id = scene.pool.submit_one(scene.alice);
    const auto offer = scene.newer.heard<core::OfferJob>();
    scene.newer.accept(offer);
    for (int i = 0; i < 20; ++i) {
        scene.older.hello();
        CHECK(scene.older.heard<core::CloseStream>().reason.code == ErrorCode::failed_precondition);
        scene.pool.pass(10s);
        scene.newer.snapshot();
    }
    CHECK(scene.pool.job(id).attempt == 1);
    scene.newer.finish(offer);
    CHECK(scene.state_of(id) == job::State::done);
}

TEST_CASE("a key that two daemons have is shown and explained until it was put right") {
    Doubled scene;
    scene.older.hello();
    CHECK(scene.has_rival());
    CHECK(scene.why().find("another daemon with this worker's key") == 0);
    scene.newer.snapshot();
    CHECK(scene.newer.heard<core::Desired>().notice.find("stop one of the two") !=
          std::string::npos);
    for (int i = 0; i < 6; ++i) {
        scene.pool.pass(60s);
        scene.newer.snapshot();
    }
    CHECK_FALSE(scene.has_rival());
    CHECK(scene.newer.heard<core::Desired>().notice.empty());
}

TEST_CASE("the older of two daemons with one key comes in when the newer has left, or is silent") {
    Doubled scene;
    SECTION("left") { scene.pool.step(core::WorkerGoodbye{scene.newer.stream()}); }
    SECTION("silent") { scene.pool.pass(core::Policy{}.session_ttl); }
    scene.older.connect();
    CHECK(scene.older.hears<core::Welcome>());
    CHECK(scene.older.is_welcome());
}

TEST_CASE("a daemon that starts again and again always has its place at once") {
    Scene scene;
    Worker worker{scene.pool, 1, kEmoji};
    for (int i = 0; i < 40; ++i) {
        worker.instance = "start " + std::to_string(i);
        worker.resume_token.clear();
        worker.hello();
        CHECK(worker.hears<core::Welcome>());
    }
}

TEST_CASE("the more workers a pool has, the wider their coming back is spread") {
    Scene scene;
    Worker first{scene.pool, 1, kEmoji};
    first.connect();
    const auto alone = first.heard<core::Desired>().reconnect_spread;
    Worker second{scene.pool, 2, kEmoji};
    second.connect();
    first.snapshot();
    CHECK(first.heard<core::Desired>().reconnect_spread == 2 * alone);
}

}  // namespace
}  // namespace gotong::test
