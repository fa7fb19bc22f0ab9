// How a finished picture reaches the pool through everything that can go wrong on the way.
#include <catch2/catch_test_macros.hpp>

#include "tests/worker/job/agent_world.h"

namespace gotong::worker {
namespace {

UploadGranted grant(const Lease& lease) { return {lease, "http://127.0.0.1/blobs/1", false}; }

// Rendered, and asked where to put it.
World delivering() {
    World world;
    world.render(lease_of(1), 10);
    const Actions ended = world.finish(lease_of(1));
    CHECK(only<SendUploadRequest>(ended).value().size == 99);
    CHECK(only<SendSnapshot>(ended).value().outbox == std::vector{lease_of(1)});
    return world;
}

TEST_CASE("a picture is uploaded, reported and forgotten once the pool has accepted it") {
    World world = delivering();
    const auto upload = only<StartUpload>(world.step(grant(lease_of(1)))).value();
    CHECK(upload.url == "http://127.0.0.1/blobs/1");
    CHECK(only<SendResult>(world.step(UploadEnded{lease_of(1), {}})).value().lease == lease_of(1));
    const Actions acked = world.step(ResultAcked{
        .lease = lease_of(1), .verdict = Verdict::accepted, .reason = {}, .credit = {}});
    CHECK(only<DropKept>(acked).value().lease == lease_of(1));
    CHECK(only<SendSnapshot>(acked).value().outbox.empty());
}

TEST_CASE("bytes that the pool has already are not uploaded again") {
    World world = delivering();
    const Actions actions = world.step(UploadGranted{lease_of(1), "", true});
    CHECK_FALSE(has<StartUpload>(actions));
    CHECK(has<SendResult>(actions));
}

TEST_CASE("every final verdict empties the outbox, and a mere note does not") {
    for (const Verdict verdict : {Verdict::duplicate, Verdict::superseded, Verdict::rejected}) {
        World world = delivering();
        CHECK(has<DropKept>(world.step(ResultAcked{lease_of(1), verdict, "", {}})));
    }
    World world = delivering();
    CHECK_FALSE(has<DropKept>(world.step(ResultAcked{lease_of(1), Verdict::noted, "", {}})));
}

TEST_CASE("a failed upload asks for a new grant after a pause") {
    World world = delivering();
    world.step(grant(lease_of(1)));
    const Actions failed =
        world.step(UploadEnded{lease_of(1), fail(ErrorCode::unavailable, "connection reset")});
    CHECK_FALSE(has<SendUploadRequest>(failed));
    CHECK(has<SendUploadRequest>(world.wait(1s)));
}

TEST_CASE("an answer that never comes is asked for again") {
    World world = delivering();
    CHECK_FALSE(has<SendUploadRequest>(world.wait(14s)));
    CHECK(has<SendUploadRequest>(world.wait(1s)));
    world.step(UploadGranted{lease_of(1), "", true});
    CHECK_FALSE(has<SendUploadRequest>(world.wait(14s)));
    CHECK(has<SendUploadRequest>(world.wait(1s)));
}

TEST_CASE("a broken stream starts the delivery over, without a second upload at once") {
    World world = delivering();
    world.step(grant(lease_of(1)));
    world.step(SessionDown{});
    CHECK_FALSE(has<SendUploadRequest>(world.connect()));
    CHECK(has<SendResult>(world.step(UploadEnded{lease_of(1), {}})));
    world.step(SessionDown{});
    CHECK(has<SendUploadRequest>(world.connect()));
}

TEST_CASE("nothing is said to a pool that cannot be reached") {
    World world = delivering();
    world.step(SessionDown{});
    CHECK(world.wait(60s).empty());
}

TEST_CASE("what an earlier run left in the outbox is reported and delivered at once") {
    World world{{{lease_of(1), Kept{.sha256 = {}, .size = 5}}}};
    const Actions actions = world.connect();
    CHECK(only<SendSnapshot>(actions).value().outbox == std::vector{lease_of(1)});
    CHECK(only<SendUploadRequest>(actions).value().size == 5);
}

TEST_CASE("a result that the pool lost is sent again, but not while it is on its way") {
    World world = delivering();
    const DesiredArrived resend{.cancel = {}, .resend = {lease_of(1)}};
    CHECK_FALSE(has<SendUploadRequest>(world.step(resend)));
    world.step(UploadGranted{lease_of(1), "", true});
    CHECK_FALSE(has<SendUploadRequest>(world.step(resend)));
    world.wait(5s);
    CHECK(has<SendUploadRequest>(world.step(resend)));
}

TEST_CASE("a failure is said again after a reconnect until the pool has noted it") {
    World world;
    world.render(lease_of(1), 1);
    world.fail_render(lease_of(1), ErrorCode::internal, "broken");
    world.step(SessionDown{});
    CHECK(only<SendFailure>(world.connect()).value().error.message == "broken");
    world.step(ResultAcked{lease_of(1), Verdict::noted, "", {}});
    world.step(SessionDown{});
    CHECK_FALSE(has<SendFailure>(world.connect()));
}

TEST_CASE("a cancelled delivery is dropped") {
    World world = delivering();
    const Actions actions = world.step(DesiredArrived{.cancel = {lease_of(1)}, .resend = {}});
    CHECK(only<DropKept>(actions).value().lease == lease_of(1));
    CHECK(only<SendSnapshot>(actions).value().outbox.empty());
}

TEST_CASE("rendering goes on while the pool is away, and is reported when it is back") {
    World world;
    world.render(lease_of(1), 2);
    world.step(SessionDown{});
    CHECK(world.step(StepDone{lease_of(1), Phase::rendering, 5, 10, {}}).empty());
    const auto snapshot = only<SendSnapshot>(world.connect()).value();
    REQUIRE(snapshot.held.size() == 1);
    CHECK(snapshot.held[0].step == 5);
}

}  // namespace
}  // namespace gotong::worker
