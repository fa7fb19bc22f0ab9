// "Why is it waiting?", "why did I get nothing?", and what is warned of at the front desk.
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "tests/support/core/worker.h"

namespace gotong::test {
namespace {

using Catch::Matchers::ContainsSubstring;

const std::vector<core::OfferedModel> kEmoji{{"emoji", model_named("emoji").digest}};

struct Scene {
    Pool pool;
    AccountId alice;

    Scene() {
        pool.add_model(model_named("emoji"));
        alice = pool.add_account("alice", 100);
    }
    // All sentences, one a line.
    std::string why(JobId id) { return joined(pool.core().why(pool.job(id), pool.now())); }
    std::string why(const Worker& worker) {
        const auto known = pool.core().worker_named(worker.id().to_hex()).value();
        return joined(pool.core().why(known, pool.now()));
    }
    std::string warned() {
        job::Submission submission;
        submission.account = alice;
        return joined(pool.submit(submission).value().warnings);
    }
    static std::string joined(const std::vector<std::string>& sentences) {
        std::string text;
        for (const std::string& sentence : sentences) text += sentence + "\n";
        return text;
    }
    std::string name_of(const Worker& worker) { return pool.core().name_of(worker.id()); }
};

TEST_CASE("a job waits because nobody is online, or nobody online has its model") {
    Scene scene;
    const JobId id = scene.pool.submit_one(scene.alice);
    CHECK_THAT(scene.why(id), ContainsSubstring("no worker is online; 0 workers joined"));
    CHECK_THAT(scene.why(id), ContainsSubstring("it is number 1 in the queue for emoji"));
    CHECK_THAT(scene.why(id), ContainsSubstring("it is given up in 24 h"));
    Worker other{scene.pool, 1, {{"landscape", model_named("landscape", "other weights").digest}}};
    other.connect();
    CHECK_THAT(scene.why(id), ContainsSubstring("none of the 1 worker online has emoji"));
}

TEST_CASE("a job waits because those who have its model are busy, paused or leaving") {
    Scene scene;
    Worker busy{scene.pool, 1, kEmoji};
    busy.connect();
    const JobId running = scene.pool.submit_one(scene.alice);
    CHECK_THAT(scene.why(running), ContainsSubstring("has not answered yet"));
    busy.accept(busy.heard<core::OfferJob>());
    busy.progress({running, 1}, 3);
    CHECK_THAT(scene.why(running), ContainsSubstring("renders it: step 3 of 25"));

    Worker leaving{scene.pool, 2, kEmoji};
    leaving.draining = true;
    leaving.connect();
    const JobId waiting = scene.pool.submit_one(scene.alice);
    Worker declining{scene.pool, 3, kEmoji};
    declining.connect();
    declining.decline(declining.heard<core::OfferJob>(), 60s);
    CHECK_THAT(scene.why(waiting),
               ContainsSubstring("of the 3 workers online with emoji: 1 busy, 1 left alone for a "
                                 "while after handing something back, 1 finishing what they have"));
}

TEST_CASE("a worker that ignores a cancel is told apart from one that is busy") {
    Scene scene;
    Worker wedged{scene.pool, 1, kEmoji, 2};
    wedged.connect();
    const JobId stopped = scene.pool.submit_one(scene.alice);
    const auto offer = wedged.heard<core::OfferJob>();
    wedged.accept(offer);
    REQUIRE(scene.pool.ask(core::CancelJob{.reply = 0, .account = scene.alice, .job = stopped}));
    for (int i = 0; i < 4; ++i) {
        wedged.held = {{offer.lease, core::Phase::rendering, 1, false}};
        wedged.snapshot();
        scene.pool.pass(6s);
    }
    const JobId waiting = scene.pool.submit_one(scene.alice);
    CHECK_THAT(scene.why(waiting), ContainsSubstring("1 stuck in a job that they were told to"));
    CHECK_THAT(scene.why(wedged), ContainsSubstring("does not answer that: nothing is offered"));
}

TEST_CASE("a job waits because it failed, and says on whom and of what") {
    Scene scene;
    Worker worker{scene.pool, 1, kEmoji};
    worker.connect();
    const JobId id = scene.pool.submit_one(scene.alice);
    const auto offer = worker.heard<core::OfferJob>();
    worker.accept(offer);
    worker.fail(offer.lease, ErrorCode::internal);
    CHECK_THAT(scene.why(id), ContainsSubstring("it is tried again in 1.0 s"));
    CHECK_THAT(scene.why(id), ContainsSubstring("1 worker failed it; the last: the renderer"));
    Worker other{scene.pool, 2, kEmoji};
    other.connect();
    other.draining = true;
    other.snapshot();
    worker.snapshot();
    scene.pool.pass(500ms);
    CHECK_THAT(scene.why(id), ContainsSubstring("tried again in 0.5 s"));
}

TEST_CASE("a job that was meant for later says when it may start") {
    Scene scene;
    job::Submission later;
    later.account = scene.alice;
    later.start_in = 5h;
    const JobId id = scene.pool.submit(later).value().jobs.front().id;
    CHECK_THAT(scene.why(id), ContainsSubstring("it is scheduled: it may start in 5 h"));
}

TEST_CASE("a job that has ended says how") {
    Scene scene;
    const JobId id = scene.pool.submit_one(scene.alice);
    REQUIRE(scene.pool.ask(core::CancelJob{.reply = 0, .account = scene.alice, .job = id}));
    CHECK(scene.why(id) == "it is cancelled: cancelled by its creator\n");
}

TEST_CASE("a worker that lost a job learns to whom, and by what") {
    Scene scene;
    Worker first{scene.pool, 1, kEmoji};
    Worker second{scene.pool, 2, kEmoji};
    first.connect();
    second.connect();
    scene.pool.submit_one(scene.alice);
    const bool is_firsts = first.hears<core::OfferJob>();
    Worker& winner = is_firsts ? first : second;
    const Worker& loser = is_firsts ? second : first;
    CHECK_THAT(scene.why(loser), ContainsSubstring("went to " + scene.name_of(winner)));
    CHECK_THAT(scene.why(loser), ContainsSubstring("number 2 of 2 free: of equals"));
    CHECK_THAT(scene.why(loser), ContainsSubstring("it got no job since it connected"));
    CHECK_THAT(scene.why(winner), ContainsSubstring("it last got job"));
    CHECK_THAT(scene.why(winner), ContainsSubstring("it holds 1 job and has 0 of 1 slots free"));
}

TEST_CASE("a worker gets nothing because it is away, leaving, paused, or has nothing we want") {
    Scene scene;
    Worker worker{scene.pool, 1, {{"emoji", std::string(64, '0')}}};
    CHECK_THAT(scene.why(worker), ContainsSubstring("it is not connected"));
    worker.hello();
    CHECK_THAT(scene.why(worker), ContainsSubstring("not yet said what it holds"));
    worker.connect();
    CHECK_THAT(scene.why(worker), ContainsSubstring("this pool's weights are"));
    CHECK_THAT(scene.why(worker), ContainsSubstring("no model that is in the pool's catalogue"));
    worker.models = kEmoji;
    worker.snapshot();
    CHECK_THAT(scene.why(worker), ContainsSubstring("no job waits for a model that it has"));
    scene.pool.submit_one(scene.alice);
    worker.decline(worker.heard<core::OfferJob>(), 60s);
    CHECK_THAT(scene.why(worker), ContainsSubstring("nothing is offered to it for 60 s"));
    CHECK_THAT(scene.why(worker), ContainsSubstring("jobs that wait for models that it has: 1"));
    worker.draining = true;
    worker.snapshot();
    CHECK_THAT(scene.why(worker), ContainsSubstring("it takes nothing new"));
    worker.drop();
    CHECK_THAT(scene.why(worker), ContainsSubstring("its connection is broken"));
    REQUIRE(scene.pool.ask(core::RevokeWorker{.reply = 0, .worker = worker.id().to_hex()}));
    CHECK_THAT(scene.why(worker), ContainsSubstring("revoked"));
}

TEST_CASE("why a worker was chosen is kept with the attempt, whatever became of it") {
    Scene scene;
    Worker worker{scene.pool, 1, kEmoji};
    worker.connect();
    const JobId id = scene.pool.submit_one(scene.alice);
    worker.decline(worker.heard<core::OfferJob>());
    const auto attempt = scene.pool.read()->find_attempt(id, 1).value();
    CHECK(attempt.choice == "first of 1 free: on disk here, +0.2 s, speed unknown");
    CHECK(attempt.outcome == "declined");
}

TEST_CASE("what a worker has loaded and how fast it is are said, and known after a restart") {
    Scene scene;
    Worker worker{scene.pool, 1, kEmoji};
    const std::string digest = kEmoji.front().digest;
    worker.places = {{.digest = digest, .loaded = false, .load = 0ms}};
    worker.connect();
    CHECK_THAT(scene.why(worker),
               ContainsSubstring("emoji: on disk, +0.2 s to load, not measured"));
    const JobId id = scene.pool.submit_one(scene.alice);
    const auto offer = worker.heard<core::OfferJob>();
    worker.accept(offer);
    worker.places = {{.digest = digest, .loaded = true, .load = 9s}};
    worker.snapshot();
    for (std::uint32_t step = 1; step <= 25; ++step) {
        scene.pool.pass(1s);
        worker.progress(offer.lease, step);
    }
    worker.finish(offer);
    CHECK_THAT(scene.why(worker), ContainsSubstring("emoji: resident, "));
    CHECK_THAT(scene.why(worker), ContainsSubstring(" thousand pixel-steps/s"));

    scene.pool.restart();
    worker.restart();
    worker.places = {{.digest = digest, .loaded = false, .load = 0ms}};
    worker.connect();
    CHECK_THAT(scene.why(worker), ContainsSubstring("emoji: on disk, +9.0 s to load, "));
    CHECK_THAT(scene.why(worker), ContainsSubstring(" thousand pixel-steps/s"));
    CHECK(scene.pool.job(id).state == job::State::done);
}

TEST_CASE("a submission that nobody can render is taken, with a warning that says what would do") {
    Scene scene;
    CHECK_THAT(scene.warned(), ContainsSubstring("no worker has joined this pool yet"));
    scene.pool.add_model(model_named("landscape", "other weights"));
    Worker painter{
        scene.pool, 1, {{"landscape", model_named("landscape", "other weights").digest}}};
    painter.connect();
    job::Submission submission;
    submission.account = scene.alice;
    submission.spec.model = "emoji";
    const auto warned = [&] { return Scene::joined(scene.pool.submit(submission)->warnings); };
    CHECK(warned() ==
          "none of this pool's 1 workers has emoji; they have landscape: it waits, for 24 h at "
          "most\n");
    Worker away{scene.pool, 2, kEmoji};
    CHECK_THAT(warned(), ContainsSubstring("1 that are away may"));
    away.connect();
    CHECK(warned().empty());
    away.drop();
    CHECK_THAT(warned(), ContainsSubstring("1 that are away had it"));
}

}  // namespace
}  // namespace gotong::test
