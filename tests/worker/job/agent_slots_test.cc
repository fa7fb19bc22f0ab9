// An agent that renders several jobs at once: what happens to one of them leaves the others alone.
#include <catch2/catch_test_macros.hpp>

#include "tests/worker/job/agent_world.h"

namespace gotong::worker {
namespace {

// Connected, with this many slots, and one job taken for each of `jobs`.
struct BusyWorld : World {
    BusyWorld(std::uint32_t slots, std::uint8_t jobs) : World({}, slots) {
        connect();
        for (std::uint8_t job = 1; job <= jobs; ++job) step(offer(lease_of(job)));
    }
    // The job has rendered at one second a step until `done` of `steps`.
    void advance(const Lease& lease, std::uint32_t done, std::uint32_t steps) {
        step(StepDone{lease, Phase::rendering, done - 1, steps, {}});
        wait(1s);
        step(StepDone{lease, Phase::rendering, done, steps, {}});
    }
    SendSnapshot snapshot() { return only<SendSnapshot>(wait(5s)).value(); }
};

std::vector<Lease> leases_of(const std::vector<HeldLease>& held) {
    std::vector<Lease> leases;
    for (const HeldLease& entry : held) leases.push_back(entry.lease);
    return leases;
}

TEST_CASE("as many jobs are taken as there are slots, and the next is declined") {
    World world{{}, 2};
    CHECK(only<SendSnapshot>(world.connect()).value().free_slots == 2);
    const Actions first = world.step(world.offer(lease_of(1)));
    CHECK(has<StartRender>(first));
    CHECK(only<SendSnapshot>(first).value().free_slots == 1);
    const Actions second = world.step(world.offer(lease_of(2)));
    CHECK(has<StartRender>(second));
    const auto snapshot = only<SendSnapshot>(second).value();
    CHECK(snapshot.free_slots == 0);
    CHECK(leases_of(snapshot.held) == std::vector{lease_of(1), lease_of(2)});
    const auto reply = only<SendOfferReply>(world.step(world.offer(lease_of(3)))).value();
    CHECK(reply.reason == "no free slot");
}

TEST_CASE(
    "a snapshot says where the models are that the pool renders with, as soon as it changes") {
    World world;
    const std::string digest = only<SendSnapshot>(world.connect()).value().models.at(0).digest;
    const ModelPlace loaded{.digest = digest, .loaded = true, .load = 300ms};
    const ModelPlace unknown{.digest = std::string(64, '9')};
    const auto told = only<SendSnapshot>(world.step(PlacesChanged{{loaded, unknown}})).value();
    CHECK(told.places == std::vector{loaded});
    CHECK_FALSE(has<SendSnapshot>(world.step(PlacesChanged{{loaded, unknown}})));
}

TEST_CASE("steps are told for each job by itself") {
    BusyWorld world{2, 2};
    world.wait(1s);
    CHECK(has<SendProgress>(world.step(StepDone{lease_of(1), Phase::rendering, 1, 10, {}})));
    const auto told =
        only<SendProgress>(world.step(StepDone{lease_of(2), Phase::rendering, 7, 20, {}}));
    CHECK(told.value().lease == lease_of(2));
    CHECK(world.snapshot().held.at(1).step == 7);
}

TEST_CASE("a cancel stops its own job and no other") {
    BusyWorld world{2, 2};
    const Actions cancelled = world.step(DesiredArrived{.cancel = {lease_of(2)}, .resend = {}});
    CHECK(only<StopRender>(cancelled).value().lease == lease_of(2));
    const Actions ended = world.fail_render(lease_of(2), ErrorCode::cancelled, "cancelled");
    CHECK(leases_of(only<SendSnapshot>(ended).value().held) == std::vector{lease_of(1)});
    CHECK(has<SendUploadRequest>(world.finish(lease_of(1))));
}

TEST_CASE("a finished picture is delivered while the others are rendered, and its slot is free") {
    BusyWorld world{2, 2};
    const Actions ended = world.finish(lease_of(1));
    CHECK(only<SendUploadRequest>(ended).value().lease == lease_of(1));
    const auto snapshot = only<SendSnapshot>(ended).value();
    CHECK(snapshot.free_slots == 1);
    CHECK(snapshot.outbox == std::vector{lease_of(1)});
    CHECK(leases_of(snapshot.held) == std::vector{lease_of(2)});
}

TEST_CASE("a job that fails costs the worker a rest, and the others nothing") {
    BusyWorld world{3, 2};
    const Actions failed = world.fail_render(lease_of(1), ErrorCode::internal, "broken driver");
    CHECK(only<SendFailure>(failed).value().lease == lease_of(1));
    CHECK(only<SendSnapshot>(failed).value().free_slots == 0);
    CHECK_FALSE(has<StopRender>(failed));
    CHECK(only<SendSnapshot>(world.wait(1s)).value().free_slots == 2);
    CHECK(has<SendUploadRequest>(world.finish(lease_of(2))));
}

TEST_CASE("jobs that end with their renderer are each handed back or failed") {
    BusyWorld world{2, 2};
    const char* const how = "the renderer was killed by signal 9";
    CHECK(only<SendFailure>(world.fail_render(lease_of(1), ErrorCode::internal, how)));
    CHECK(only<SendFailure>(world.fail_render(lease_of(2), ErrorCode::unavailable, how)));
    CHECK(world.snapshot().held.empty());
}

TEST_CASE("who stops the worker gets what is nearly done, and the rest is handed back") {
    BusyWorld world{2, 2};
    world.advance(lease_of(1), 8, 10);
    world.advance(lease_of(2), 8, 90);
    const Actions asked = world.step(StopAsked{});
    CHECK(only<StopRender>(asked).value().lease == lease_of(2));
    CHECK(only<SendSnapshot>(asked).value().free_slots == 0);
    CHECK(world.agent.deadline() <= world.now.monotonic + 10s);
    const Actions stopped = world.fail_render(lease_of(2), ErrorCode::cancelled, "cancelled");
    CHECK(only<SendFailure>(stopped).value().error.code == ErrorCode::unavailable);
    world.step(ResultAcked{lease_of(2), Verdict::noted, "", {}});
    CHECK_FALSE(has<Leave>(world.finish(lease_of(1))));
    CHECK(has<Leave>(world.step(ResultAcked{lease_of(1), Verdict::accepted, "", {}})));
}

TEST_CASE("jobs that were expected to end in time and did not are all handed back") {
    BusyWorld world{2, 2};
    for (const Lease& lease : {lease_of(1), lease_of(2)}) world.advance(lease, 8, 10);
    CHECK_FALSE(has<StopRender>(world.step(StopAsked{})));
    int stopped = 0;
    for (const Action& action : world.wait(10s))
        if (std::holds_alternative<StopRender>(action)) ++stopped;
    CHECK(stopped == 2);
}

}  // namespace
}  // namespace gotong::worker
