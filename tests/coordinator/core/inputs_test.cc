// What creators upload: whose it is, how long it is kept, how much of it there may be, and what the
// jobs that begin with it get.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>

#include "coordinator/ledger/ledger.h"
#include "tests/support/core/worker.h"

namespace gotong::test {
namespace {

const std::vector<core::OfferedModel> kEmoji{{"emoji", model_named("emoji").digest}};

core::Policy small_policy() {
    core::Policy policy = test_policy();
    policy.input_quota = 1'000'000;
    return policy;
}

std::string raw(const Digest& digest) { return {digest.begin(), digest.end()}; }

struct Scene {
    Pool pool{small_policy()};
    AccountId alice;
    AccountId bob;

    Scene() {
        pool.add_model(model_named("emoji"));
        alice = pool.add_account("alice", 100);
        bob = pool.add_account("bob", 100);
    }

    // Of `account`, beginning with bytes that whoever uploaded.
    job::Submission from(const std::string& picture, AccountId account) const {
        job::Submission submission;
        submission.account = account;
        submission.spec.prompt = "a fox";
        submission.spec.steps = 20;
        submission.spec.original = job::OriginalDraft{.picture_sha256 = raw(digest_of(picture)),
                                                      .mask_sha256 = "",
                                                      .strength = 0.5,
                                                      .strength_rule = ""};
        return submission;
    }
    JobId submit(const std::string& picture) {
        return pool.submit(from(picture, alice)).value().jobs.front().id;
    }
    bool holds(const std::string& bytes, AccountId account) {
        return pool.read()->find_input({account, digest_of(bytes)}).has_value();
    }
    bool was_removed(const std::string& bytes) {
        return std::ranges::count(pool.removed(), job::InputName{alice, digest_of(bytes)}) > 0;
    }
    Result<core::Answer> plan(const std::string& bytes, AccountId account) {
        return pool.ask(core::PlanUpload{
            .reply = 0, .name = {account, digest_of(bytes)}, .size = bytes.size()});
    }
};

bool is_stored(const Result<core::Answer>& answer) {
    return std::get<core::UploadPlanned>(answer.value()).stored;
}

TEST_CASE("an upload is planned until it is there, for its own account alone") {
    Scene scene;
    CHECK_FALSE(is_stored(scene.plan("photo", scene.alice)));
    scene.pool.upload(scene.alice, "photo");
    CHECK(is_stored(scene.plan("photo", scene.alice)));
    CHECK_FALSE(is_stored(scene.plan("photo", scene.bob)));
}

TEST_CASE("an upload of no bytes, or of too many, is not planned") {
    Scene scene;
    for (const std::uint64_t size : {std::uint64_t{0}, std::uint64_t{16'777'217}}) {
        const auto refused =
            scene.pool.ask(core::PlanUpload{.reply = 0, .name = {scene.alice, {}}, .size = size});
        CHECK(refused.error().code == ErrorCode::invalid_argument);
        CHECK(refused.error().message == "size is " + std::to_string(size) +
                                             "; a picture to begin with has 1 to 16777216 bytes");
    }
}

TEST_CASE("a job begins with what its account uploaded, and not with another's") {
    Scene scene;
    scene.pool.upload(scene.bob, "photo");
    const auto refused = scene.pool.submit(scene.from("photo", scene.alice));
    REQUIRE(!refused);
    CHECK(refused.error().code == ErrorCode::failed_precondition);
    CHECK(refused.error().field == "original.picture_sha256");
    CHECK(refused.error().message.ends_with("upload it first: CreateUpload"));
    CHECK(scene.pool.balance(ledger::held_of(scene.alice)) == Credits{0});
    scene.pool.upload(scene.alice, "photo");
    CHECK(scene.pool.submit(scene.from("photo", scene.alice)));
}

TEST_CASE("a mask that was not uploaded is refused by its own field") {
    Scene scene;
    scene.pool.upload(scene.alice, "photo");
    auto submission = scene.from("photo", scene.alice);
    submission.spec.original->mask_sha256 = raw(digest_of("mask"));
    CHECK(scene.pool.submit(submission).error().field == "original.mask_sha256");
    scene.pool.upload(scene.alice, "mask");
    CHECK(scene.pool.submit(submission));
}

TEST_CASE("an offer names the files, and the result is priced by the steps that were made") {
    Scene scene;
    Worker worker{scene.pool, 1, kEmoji};
    worker.connect();
    const auto photo = scene.pool.upload(scene.alice, "photo");
    const JobId id = scene.submit("photo");
    const auto offer = worker.heard<core::OfferJob>();
    REQUIRE(offer.inputs.size() == 1);
    CHECK(offer.inputs[0].name == photo);
    CHECK(offer.inputs[0].size == 5);
    worker.accept(offer);
    worker.finish(offer);
    CHECK(worker.heard<core::AckResult>().verdict == core::Verdict::accepted);
    CHECK(scene.pool.job(id).state == job::State::done);
    // 11 of 20 steps: floor(0.5 x 20) + 1.
    CHECK(scene.pool.job(id).price == Credits{550'000});
}

TEST_CASE("a statement that differs in what the picture began with is rejected") {
    using Spoil = void (*)(receipt::RenderStatement&);
    const std::vector<std::pair<std::string, Spoil>> spoilers{
        {"original", [](receipt::RenderStatement& s) { s.original.reset(); }},
        {"original", [](receipt::RenderStatement& s) { s.original->picture[0] ^= 1; }},
        {"original", [](receipt::RenderStatement& s) { s.original->mask.emplace(); }},
        {"original", [](receipt::RenderStatement& s) { s.original->strength = 0.6; }},
        {"original", [](receipt::RenderStatement& s) { s.original->strength_rule = "diffusers"; }},
        {"trajectory.leaves", [](receipt::RenderStatement& s) { s.trajectory.leaves = 21; }}};
    for (const auto& [field, spoil] : spoilers) {
        Scene scene;
        Worker worker{scene.pool, 1, kEmoji};
        worker.connect();
        scene.pool.upload(scene.alice, "photo");
        scene.submit("photo");
        const auto offer = worker.heard<core::OfferJob>();
        worker.accept(offer);
        auto statement = statement_for(scene.pool, offer, worker.key());
        spoil(statement);
        worker.send(offer, statement);
        const auto ack = worker.heard<core::AckResult>();
        CHECK(ack.verdict == core::Verdict::rejected);
        CHECK(ack.reason == "the statement's " + field + " is not what was asked for");
    }
}

TEST_CASE("a statement may not name a picture that was not asked for") {
    Scene scene;
    Worker worker{scene.pool, 1, kEmoji};
    worker.connect();
    scene.pool.submit_one(scene.alice);
    const auto offer = worker.heard<core::OfferJob>();
    worker.accept(offer);
    auto statement = statement_for(scene.pool, offer, worker.key());
    statement.original = receipt::OriginalClaim{.picture = digest_of("photo")};
    worker.send(offer, statement);
    CHECK(worker.heard<core::AckResult>().verdict == core::Verdict::rejected);
}

TEST_CASE("a worker too old to be told of a picture is offered none, and everything else") {
    Scene scene;
    Worker old{scene.pool, 1, kEmoji};
    old.protocol = handshake::kOldestProtocol;
    old.connect();
    scene.pool.upload(scene.alice, "photo");
    const JobId from_photo = scene.submit("photo");
    const JobId plain = scene.pool.submit_one(scene.alice);
    CHECK(old.heard<core::OfferJob>().lease.job == plain);
    Worker current{scene.pool, 2, kEmoji};
    current.connect();
    CHECK(current.heard<core::OfferJob>().lease.job == from_photo);
}

TEST_CASE("an upload is removed a day after it came, and its row with it") {
    Scene scene;
    scene.pool.upload(scene.alice, "photo");
    scene.pool.pass(23h);
    CHECK(scene.holds("photo", scene.alice));
    scene.pool.pass(2h);
    CHECK_FALSE(scene.holds("photo", scene.alice));
    CHECK(scene.was_removed("photo"));
    CHECK(scene.pool.submit(scene.from("photo", scene.alice)).error().code ==
          ErrorCode::failed_precondition);
}

TEST_CASE("what is asked for again is kept for another day") {
    Scene scene;
    scene.pool.upload(scene.alice, "photo");
    scene.pool.pass(23h);
    CHECK(is_stored(scene.plan("photo", scene.alice)));
    scene.pool.pass(23h);
    CHECK(scene.holds("photo", scene.alice));
}

TEST_CASE("an upload stays while a job that has not ended names it, over a restart too") {
    Scene scene;
    scene.pool.upload(scene.alice, "photo");
    scene.pool.pass(12h);
    const JobId id = scene.submit("photo");
    const JobId second = scene.submit("photo");
    scene.pool.pass(11h);
    scene.pool.restart();
    scene.pool.pass(3h);  // More than a day since it came, less since the jobs were submitted.
    CHECK(scene.holds("photo", scene.alice));
    (void)scene.pool.ask(core::CancelJob{.reply = 0, .account = scene.alice, .job = id});
    scene.pool.pass(2h);
    CHECK(scene.holds("photo", scene.alice));  // The second names it still.
    (void)scene.pool.ask(core::CancelJob{.reply = 0, .account = scene.alice, .job = second});
    scene.pool.pass(2h);
    CHECK_FALSE(scene.holds("photo", scene.alice));
}

TEST_CASE("what is old is removed at the start") {
    Scene scene;
    scene.pool.upload(scene.alice, "photo");
    scene.pool.set_wall_back(-25h);
    scene.pool.restart();
    scene.pool.pass(100ms);
    CHECK_FALSE(scene.holds("photo", scene.alice));
    scene.pool.pass(3h);
    CHECK(scene.pool.removed().size() == 1);
}

TEST_CASE("an account has room for so many bytes, and is told when it comes back") {
    Scene scene;
    scene.pool.upload(scene.alice, std::string(600'000, 'a'));
    scene.pool.pass(60min);
    scene.pool.upload(scene.alice, std::string(400'000, 'b'));
    const auto refused = scene.plan(std::string(500'000, 'c'), scene.alice);
    CHECK(refused.error().code == ErrorCode::resource_exhausted);
    CHECK(refused.error().field == "size");
    CHECK(refused.error().message ==
          "your account's uploads take 1000000 of 1000000 bytes; there is room for this one in "
          "23 h 0 min");
    CHECK_FALSE(is_stored(scene.plan(std::string(500'000, 'c'), scene.bob)));
    CHECK(is_stored(scene.plan(std::string(400'000, 'b'), scene.alice)));
    scene.pool.pass(23h);
    CHECK_FALSE(is_stored(scene.plan(std::string(500'000, 'c'), scene.alice)));
}

TEST_CASE("small files take room as if they had 64 KiB") {
    Scene scene;
    for (int i = 0; i < 15; ++i) scene.pool.upload(scene.alice, std::to_string(i));
    CHECK(scene.plan("one more", scene.alice)
              .error()
              .message.starts_with("your account's uploads take 983040 of 1000000 bytes"));
}

TEST_CASE("where jobs hold all the room, that is said") {
    Scene scene;
    const std::string photo(1'000'000, 'a');
    scene.pool.upload(scene.alice, photo);
    scene.submit(photo);
    CHECK(scene.plan("more", scene.alice).error().message ==
          "your account's uploads take 1000000 of 1000000 bytes; there is room for this one when "
          "jobs that name them have ended");
}

TEST_CASE("an upload that room was planned for twice is refused, and its file removed") {
    Scene scene;
    const std::string first(600'000, 'a');
    const std::string second(600'000, 'b');
    REQUIRE_FALSE(is_stored(scene.plan(first, scene.alice)));
    REQUIRE_FALSE(is_stored(scene.plan(second, scene.alice)));
    scene.pool.upload(scene.alice, first);
    const auto refused = scene.pool.ask(
        core::InputStored{.reply = 0, .name = {scene.alice, digest_of(second)}, .size = 600'000});
    CHECK(refused.error().code == ErrorCode::resource_exhausted);
    CHECK(scene.was_removed(second));
    CHECK(scene.holds(first, scene.alice));
    scene.pool.upload(scene.alice, first);  // Again: it needs no more room.
}

TEST_CASE("jobs whose picture is gone from the disk fail at once and for a reason") {
    Scene scene;
    Worker worker{scene.pool, 1, kEmoji};
    worker.connect();
    const auto photo = scene.pool.upload(scene.alice, "photo");
    const JobId running = scene.submit("photo");
    const JobId waiting = scene.submit("photo");
    const JobId other = scene.pool.submit_one(scene.alice);
    const auto offer = worker.heard<core::OfferJob>();
    worker.accept(offer);
    scene.pool.step(core::InputLost{photo});
    for (const JobId& id : {running, waiting}) {
        CHECK(scene.pool.job(id).state == job::State::failed);
        CHECK(scene.pool.job(id).failure ==
              "the picture " + crypto::to_hex(photo.sha256) +
                  " that the job begins with is gone from the pool's disk; upload it again");
    }
    CHECK(worker.heard<core::Desired>().cancel == std::vector{offer.lease});
    CHECK(scene.pool.job(other).state != job::State::failed);
    CHECK_FALSE(is_stored(scene.plan("photo", scene.alice)));
    scene.pool.step(core::InputLost{photo});  // Nothing more happens.
}

TEST_CASE("the start brings files and rows in line") {
    Scene scene;
    const auto there = scene.pool.upload(scene.alice, "there");
    scene.pool.upload(scene.alice, "lost");
    const JobId id = scene.submit("lost");
    const job::InputName unknown{scene.alice, digest_of("left by a crash")};
    scene.pool.restart();
    scene.pool.step(core::InputsFound{{there, unknown}});
    CHECK(scene.pool.job(id).state == job::State::failed);
    CHECK(scene.holds("there", scene.alice));
    CHECK_FALSE(scene.holds("lost", scene.alice));
    CHECK(scene.pool.removed() == std::vector{unknown});
}

TEST_CASE("a revoked account uploads nothing") {
    Scene scene;
    (void)scene.pool.ask(core::RevokeAccount{.reply = 0, .name = "alice"}).value();
    CHECK(scene.plan("photo", scene.alice).error().code == ErrorCode::unauthenticated);
    const auto refused = scene.pool.ask(
        core::InputStored{.reply = 0, .name = {scene.alice, digest_of("photo")}, .size = 5});
    CHECK(!refused);
    CHECK(scene.was_removed("photo"));
}

TEST_CASE("a retry with the same picture gets the same job, with another strength it is refused") {
    Scene scene;
    scene.pool.upload(scene.alice, "photo");
    auto submission = scene.from("photo", scene.alice);
    submission.idempotency_key = "order 7";
    const auto first = scene.pool.submit(submission).value();
    CHECK(scene.pool.submit(submission).value().jobs.front().id == first.jobs.front().id);
    submission.spec.original->strength = 0.6;
    CHECK(scene.pool.submit(submission).error().code == ErrorCode::already_exists);
}

}  // namespace
}  // namespace gotong::test
