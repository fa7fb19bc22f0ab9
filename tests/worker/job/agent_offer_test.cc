// Which offers an agent takes, and what it tells the pool while it renders.
#include <catch2/catch_test_macros.hpp>

#include "tests/worker/job/agent_world.h"

namespace gotong::worker {
namespace {

TEST_CASE("a genuine offer is accepted, rendered and reported as held") {
    World world;
    world.connect();
    const Actions actions = world.step(world.offer(lease_of(1)));
    CHECK(only<SendOfferReply>(actions).value().accepted);
    CHECK(only<StartRender>(actions).value().job.offer.spec.prompt == "a red apple");
    const auto snapshot = only<SendSnapshot>(actions).value();
    CHECK(snapshot.free_slots == 0);
    REQUIRE(snapshot.held.size() == 1);
    CHECK(snapshot.held[0].lease == lease_of(1));
}

TEST_CASE("what an offer lends goes on to whoever fetches it") {
    World world;
    world.connect();
    OfferArrived offer = world.offer(lease_of(1));
    offer.inputs = {{.sha256 = {7}, .size = 3, .url = "https://pool.example/inputs/ana/07"}};
    const auto started = only<StartRender>(world.step(offer)).value();
    REQUIRE(started.job.inputs.size() == 1);
    CHECK(started.job.inputs[0].url == offer.inputs[0].url);
}

TEST_CASE("an offer that another key signed is declined") {
    World world;
    world.connect();
    const auto forger = crypto::SigningKey::generate();
    const Actions actions = world.step(world.offer_signed_by(forger, lease_of(1)));
    const auto reply = only<SendOfferReply>(actions).value();
    CHECK_FALSE(reply.accepted);
    CHECK(reply.reason == "the offer is not signed by this pool's key");
    CHECK_FALSE(has<StartRender>(actions));
}

TEST_CASE("an offer whose payload was changed after signing is declined") {
    World world;
    world.connect();
    OfferArrived offer = world.offer(lease_of(1));
    offer.envelope.payload.replace(offer.envelope.payload.find("apple"), 5, "grape");
    CHECK_FALSE(only<SendOfferReply>(world.step(offer)).value().accepted);
}

TEST_CASE("an offer sent under another attempt than it was signed for is declined") {
    World world;
    world.connect();
    OfferArrived offer = world.offer(lease_of(1, 1));
    offer.lease.attempt = 2;
    CHECK_FALSE(only<SendOfferReply>(world.step(offer)).value().accepted);
}

TEST_CASE("an attempt that was offered before cannot be played again") {
    World world;
    world.render(lease_of(1, 2), 1);
    world.finish(lease_of(1, 2));
    CHECK_FALSE(only<SendOfferReply>(world.step(world.offer(lease_of(1, 2)))).value().accepted);
    CHECK_FALSE(only<SendOfferReply>(world.step(world.offer(lease_of(1, 1)))).value().accepted);
    CHECK(only<SendOfferReply>(world.step(world.offer(lease_of(1, 3)))).value().accepted);
}

TEST_CASE("an attempt that waits in the outbox from an earlier run cannot be played again") {
    World world{{{lease_of(1, 4), Kept{}}}};
    world.connect();
    CHECK_FALSE(only<SendOfferReply>(world.step(world.offer(lease_of(1, 4)))).value().accepted);
}

TEST_CASE("an offer that comes twice while it is rendered is accepted twice and rendered once") {
    World world;
    world.connect();
    world.step(world.offer(lease_of(1)));
    const Actions again = world.step(world.offer(lease_of(1)));
    CHECK(only<SendOfferReply>(again).value().accepted);
    CHECK_FALSE(has<StartRender>(again));
}

TEST_CASE("a second job is declined while one is rendered") {
    World world;
    world.render(lease_of(1), 1);
    const auto reply = only<SendOfferReply>(world.step(world.offer(lease_of(2)))).value();
    CHECK_FALSE(reply.accepted);
    CHECK(reply.reason == "no free slot");
}

TEST_CASE("a model that this worker does not hold is declined by name") {
    World world;
    world.step(SessionUp{.models = {{"emoji", std::string(64, 'b'), PreviewMap{}}}});
    const auto reply = only<SendOfferReply>(world.step(world.offer(lease_of(1)))).value();
    CHECK_FALSE(reply.accepted);
    CHECK(reply.reason.find("does not hold model emoji") != std::string::npos);
}

TEST_CASE("steps within 200 ms of each other are told once") {
    World world;
    world.render(lease_of(1), 1);
    const StepDone step{lease_of(1), Phase::rendering, 2, 10, "png"};
    CHECK_FALSE(has<SendProgress>(world.step(step)));
    world.wait(199ms);
    CHECK_FALSE(has<SendProgress>(world.step(step)));
    world.wait(1ms);
    CHECK(only<SendProgress>(world.step(step)).value().preview_png == "png");
}

TEST_CASE("a snapshot goes out at every heartbeat, faster while a job is rendered") {
    World world;
    world.connect();
    CHECK_FALSE(has<SendSnapshot>(world.wait(29'999ms)));
    CHECK(has<SendSnapshot>(world.wait(1ms)));
    world.step(world.offer(lease_of(1)));
    CHECK_FALSE(has<SendSnapshot>(world.wait(4'999ms)));
    CHECK(has<SendSnapshot>(world.wait(1ms)));
}

TEST_CASE("the deadline is the next heartbeat, so that an idle loop sleeps until then") {
    World world;
    CHECK(world.agent.deadline() == Monotonic::max());
    world.connect();
    CHECK(world.agent.deadline() == world.now.monotonic + 30s);
}

TEST_CASE("a cancelled job leaves the snapshot only when its renderer has stopped") {
    World world;
    world.render(lease_of(1), 3);
    const Actions cancelled = world.step(DesiredArrived{.cancel = {lease_of(1)}, .resend = {}});
    CHECK(only<StopRender>(cancelled).value().lease == lease_of(1));
    CHECK(only<SendSnapshot>(world.wait(5s)).value().held.size() == 1);
    const Actions ended = world.fail_render(lease_of(1), ErrorCode::cancelled, "cancelled");
    CHECK_FALSE(has<SendFailure>(ended));
    const auto snapshot = only<SendSnapshot>(ended).value();
    CHECK(snapshot.held.empty());
    CHECK(snapshot.free_slots == 1);
}

TEST_CASE("a picture that was finished before its cancel arrived is thrown away") {
    World world;
    world.render(lease_of(1), 10);
    world.step(DesiredArrived{.cancel = {lease_of(1)}, .resend = {}});
    const Actions ended = world.finish(lease_of(1));
    CHECK(only<DropKept>(ended).value().lease == lease_of(1));
    CHECK(only<SendSnapshot>(ended).value().outbox.empty());
}

TEST_CASE("a cancel for a job that is not held changes nothing") {
    World world;
    world.render(lease_of(1), 1);
    CHECK_FALSE(has<StopRender>(
        world.step(DesiredArrived{.cancel = {lease_of(1, 2), lease_of(2)}, .resend = {}})));
}

TEST_CASE("damaged weights hand the job back and withdraw the model") {
    World world;
    world.render(lease_of(1), 1);
    const Actions ended = world.fail_render(lease_of(1), ErrorCode::data_loss, "unet is 1f0c..");
    CHECK(only<SendFailure>(ended).value().error ==
          Error{ErrorCode::unavailable, "unet is 1f0c..", {}});
    CHECK(only<SendSnapshot>(ended).value().models.empty());
    CHECK(only<SendSnapshot>(world.connect()).value().models.empty());
}

TEST_CASE("a failing machine rests before it takes the next offer, longer each time") {
    World world;
    world.render(lease_of(1), 1);
    const Actions failed = world.fail_render(lease_of(1), ErrorCode::internal, "broken driver");
    CHECK(only<SendFailure>(failed).value().error.message == "broken driver");
    CHECK(only<SendSnapshot>(failed).value().free_slots == 0);
    CHECK(only<SendSnapshot>(world.wait(500ms)).value().free_slots == 1);

    world.step(world.offer(lease_of(2)));
    world.fail_render(lease_of(2), ErrorCode::internal, "broken driver");
    CHECK_FALSE(only<SendOfferReply>(world.step(world.offer(lease_of(3)))).value().accepted);
    world.wait(999ms);
    CHECK_FALSE(only<SendOfferReply>(world.step(world.offer(lease_of(4)))).value().accepted);
    CHECK(only<SendSnapshot>(world.wait(1ms)).value().free_slots == 1);
}

}  // namespace
}  // namespace gotong::worker
