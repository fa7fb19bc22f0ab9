// What happens to a job when the contributor wants the machine back. Steps take one second here,
// so 10 steps and the decoding are 11 seconds.
#include <catch2/catch_test_macros.hpp>

#include "tests/worker/job/agent_world.h"

namespace gotong::worker {
namespace {

TEST_CASE("an idle worker says goodbye and leaves") {
    World world;
    world.connect();
    const Actions actions = world.step(StopAsked{});
    CHECK(has<SendGoodbye>(actions));
    CHECK(has<Leave>(actions));
}

TEST_CASE("a job that ends within ten seconds is finished and delivered before leaving") {
    World world;
    world.render(lease_of(1), 5);
    const Actions asked = world.step(StopAsked{});
    CHECK_FALSE(has<StopRender>(asked));
    CHECK_FALSE(has<Leave>(asked));
    CHECK(only<SendSnapshot>(asked).value().draining);
    CHECK_FALSE(has<Leave>(world.finish(lease_of(1))));
    const Actions acked = world.step(ResultAcked{lease_of(1), Verdict::accepted, "", {}});
    CHECK(has<Leave>(acked));
}

TEST_CASE("a job that would take longer is handed back unharmed") {
    World world;
    world.render(lease_of(1), 2);
    world.step(StepDone{lease_of(1), Phase::rendering, 2, 30, {}});
    const Actions asked = world.step(StopAsked{});
    CHECK(has<StopRender>(asked));
    const Actions stopped = world.fail_render(lease_of(1), ErrorCode::cancelled, "cancelled");
    const auto failure = only<SendFailure>(stopped).value();
    CHECK(failure.error.code == ErrorCode::unavailable);
    CHECK(failure.error.message == "the contributor stopped the worker");
    CHECK(has<Leave>(world.step(ResultAcked{lease_of(1), Verdict::noted, "", {}})));
}

TEST_CASE("a job whose pace is not known yet is handed back") {
    World world;
    world.render(lease_of(1), 0);
    CHECK(has<StopRender>(world.step(StopAsked{})));
}

TEST_CASE("a job that was expected to end in time and does not is handed back after all") {
    World world;
    world.render(lease_of(1), 5);
    world.step(StopAsked{});
    CHECK_FALSE(has<StopRender>(world.wait(9'999ms)));
    CHECK(has<StopRender>(world.wait(1ms)));
}

TEST_CASE("a renderer that does not stop cannot keep the daemon") {
    World world;
    world.render(lease_of(1), 0);
    world.step(StopAsked{});
    CHECK_FALSE(has<Leave>(world.wait(14'999ms)));
    CHECK(has<Leave>(world.wait(1ms)));
}

TEST_CASE("a pool that does not answer cannot keep the daemon; the outbox keeps the picture") {
    World world;
    world.render(lease_of(1), 10);
    world.finish(lease_of(1));
    CHECK_FALSE(has<Leave>(world.step(StopAsked{})));
    const Actions late = world.wait(10s);
    CHECK(has<Leave>(late));
    CHECK_FALSE(has<DropKept>(late));
}

TEST_CASE("without a pool there is nothing to wait for") {
    World world{{{lease_of(1), Kept{}}}};
    CHECK(has<Leave>(world.step(StopAsked{})));
}

TEST_CASE("a second signal leaves at once") {
    World world;
    world.render(lease_of(1), 5);
    CHECK_FALSE(has<Leave>(world.step(StopAsked{})));
    CHECK(has<Leave>(world.step(StopAsked{})));
}

TEST_CASE("no offer is taken while stopping") {
    World world;
    world.render(lease_of(1), 5);
    world.step(StopAsked{});
    const auto reply = only<SendOfferReply>(world.step(world.offer(lease_of(2)))).value();
    CHECK(reply.reason == "the contributor is stopping this worker");
}

TEST_CASE("the deadline wakes the loop for every stage of stopping") {
    World world;
    world.render(lease_of(1), 0);
    const Monotonic asked = world.now.monotonic;
    world.step(StopAsked{});
    world.step(SessionDown{});
    CHECK(world.agent.deadline() == asked + 15s);
}

TEST_CASE("a worker that the pool sends away stops what it renders and leaves with the reason") {
    World world;
    world.render(lease_of(1), 5);
    const Actions actions = world.step(SentAway{"this worker was revoked"});
    CHECK(has<StopRender>(actions));
    CHECK(only<Leave>(actions).value().sent_away == "this worker was revoked");
    CHECK_FALSE(has<DropKept>(actions));
}

}  // namespace
}  // namespace gotong::worker
