// A job that three workers failed, queued again by the operator.
#include <catch2/catch_test_macros.hpp>

#include "coordinator/ledger/ledger.h"
#include "tests/support/core/worker.h"

namespace gotong::test {
namespace {

const std::vector<core::OfferedModel> kEmoji{{"emoji", model_named("emoji").digest}};

struct Scene {
    Pool pool;
    AccountId alice;
    JobId id;

    // Three workers have failed the job.
    Scene() {
        pool.add_model(model_named("emoji"));
        alice = pool.add_account("alice", 2);
        id = pool.submit_one(alice);
        fail_on_three();
        REQUIRE(pool.job(id).state == job::State::failed);
    }

    void fail_on_three() {
        for (std::uint8_t number = 1; number <= 3; ++number) {
            Worker worker{pool, number, kEmoji};
            pool.pass(5s);
            worker.connect();
            const auto offer = worker.heard<core::OfferJob>();
            worker.accept(offer);
            worker.fail(offer.lease, ErrorCode::internal);
            worker.drop();
        }
    }
    Result<core::Answer> requeue() { return pool.ask(core::RequeueJob{.reply = 0, .job = id}); }
    Credits held() { return pool.balance(ledger::held_of(alice)); }
    Credits available() { return pool.balance(ledger::available_of(alice)); }
};

TEST_CASE("a job that was queued again holds its price anew, and is paid for once") {
    Scene scene;
    CHECK(scene.held() == Credits{0});
    REQUIRE(scene.requeue());
    const job::Job job = scene.pool.job(scene.id);
    CHECK(job.state == job::State::queued);
    CHECK(scene.held() == job.price);
    scene.pool.restart();
    scene.pool.pass(5s);
    Worker worker{scene.pool, 1, kEmoji};  // One of the three: it may try again.
    worker.connect();
    const auto offer = worker.heard<core::OfferJob>();
    CHECK(offer.lease == core::LeaseToken{scene.id, 4});
    worker.accept(offer);
    worker.finish(offer);
    CHECK(scene.pool.job(scene.id).state == job::State::done);
    CHECK(scene.held() == Credits{0});
    CHECK(scene.pool.balance(ledger::earned_by(worker.id())) == job.price);
    CHECK(scene.available() == Credits{2 * kCredit} - job.price);
}

TEST_CASE("what came before is kept in its history and does not count against it") {
    Scene scene;
    REQUIRE(scene.requeue());
    CHECK(scene.pool.read()->attempts_of(scene.id).size() == 3);
    Worker worker{scene.pool, 1, kEmoji};
    worker.connect();
    auto offer = worker.heard<core::OfferJob>();
    worker.accept(offer);
    worker.fail(offer.lease, ErrorCode::internal);  // One failure, of nobody but it.
    CHECK(scene.pool.job(scene.id).state == job::State::queued);
}

TEST_CASE("a job can fail for good and be queued again more than once") {
    Scene scene;
    for (int i = 0; i < 2; ++i) {
        REQUIRE(scene.requeue());
        scene.fail_on_three();
        CHECK(scene.pool.job(scene.id).state == job::State::failed);
        CHECK(scene.available() == Credits{2 * kCredit});
    }
    CHECK(scene.pool.job(scene.id).attempt == 9);
}

TEST_CASE("a job that was queued again can be cancelled, and expires in its own time") {
    Scene scene;
    scene.pool.pass(48h);
    REQUIRE(scene.requeue());
    scene.pool.pass(23h);
    CHECK(scene.pool.job(scene.id).state == job::State::queued);
    REQUIRE(scene.pool.ask(core::CancelJob{.reply = 0, .account = scene.alice, .job = scene.id}));
    CHECK(scene.available() == Credits{2 * kCredit});
    REQUIRE(!scene.requeue());  // Its creator wants it no more.
}

TEST_CASE("what cannot be queued again is told why") {
    Scene scene;
    const auto refusal = [&] {
        const auto answer = scene.requeue();
        REQUIRE(!answer);
        CHECK(answer.error().code == ErrorCode::failed_precondition);
        return answer.error().message;
    };
    SECTION("when its account cannot pay any more") {
        scene.pool.submit_one(scene.alice);
        CHECK(refusal().find("account alice has 0.75 credits") != std::string::npos);
    }
    SECTION("when its account was revoked") {
        REQUIRE(scene.pool.ask(core::RevokeAccount{.reply = 0, .name = "alice"}));
        CHECK(refusal().find("revoked") != std::string::npos);
    }
    SECTION("when its weights have left the catalogue") {
        REQUIRE(scene.pool.ask(core::RemoveModel{.reply = 0, .name = "emoji"}));
        CHECK(refusal().find("no longer renders") != std::string::npos);
    }
    SECTION("when it waits already") {
        REQUIRE(scene.requeue());
        CHECK(refusal().find("it is queued") != std::string::npos);
    }
    SECTION("when there is no such job") {
        const auto answer = scene.pool.ask(core::RequeueJob{.reply = 0, .job = JobId{}});
        REQUIRE(!answer);
        CHECK(answer.error().code == ErrorCode::not_found);
    }
}

}  // namespace
}  // namespace gotong::test
