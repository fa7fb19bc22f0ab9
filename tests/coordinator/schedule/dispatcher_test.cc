// Which job meets which worker, and how many offers a worker can take.
#include "coordinator/schedule/dispatcher.h"

#include <catch2/catch_test_macros.hpp>

#include "tests/coordinator/schedule/ids.h"

namespace gotong::schedule {
namespace {

const Monotonic kStart = Monotonic{} + 100h;
constexpr WallTime kWall = WallTime{} + std::chrono::hours{400'000};

roster::Session session(std::uint8_t worker, std::uint32_t free, std::set<std::string> usable) {
    roster::Session session;
    session.worker = worker_id(worker);
    session.stream = worker;
    session.slots = 4;
    session.free_slots = free;
    session.is_known = true;
    session.usable = std::move(usable);
    return session;
}

Waiting waiting(std::uint8_t job, const std::string& model, std::set<WorkerId> avoid = {}) {
    return {.job = job_id(job),
            .account = account_id(1),
            .order = job,
            .price = {1},
            .needs = {model, std::move(avoid)}};
}

struct Scene {
    Queue queue;
    roster::Roster roster;
    Leases leases;

    void wait(const Waiting& job) { queue.add(job, WallTime{}, kWall); }
    std::optional<Match> next() { return next_match(queue, roster, leases, kStart); }
};

TEST_CASE("a job that nobody online can render does not hold up those behind it") {
    Scene scene;
    scene.wait(waiting(1, "rare"));
    scene.wait(waiting(2, "common"));
    scene.roster.open(session(1, 1, {"common"}));
    const auto match = scene.next();
    REQUIRE(match.has_value());
    CHECK(match->job == job_id(2));
    CHECK(match->worker == worker_id(1));
}

TEST_CASE("a job that must wait for another worker does not hold up those behind it") {
    Scene scene;
    scene.wait(waiting(1, "m", {worker_id(1)}));
    scene.wait(waiting(2, "m"));
    scene.roster.open(session(1, 1, {"m"}));
    scene.roster.open(session(2, 0, {"m"}));
    CHECK(scene.next()->job == job_id(2));
}

TEST_CASE("workers without a stream, without a snapshot, draining or paused get nothing") {
    Scene scene;
    scene.wait(waiting(1, "m"));
    roster::Session& worker = scene.roster.open(session(1, 1, {"m"}));
    CHECK(scene.next().has_value());
    worker.is_known = false;
    CHECK(!scene.next().has_value());
    worker.is_known = true;
    worker.is_draining = true;
    CHECK(!scene.next().has_value());
    worker.is_draining = false;
    worker.paused_until = kStart + 1s;
    CHECK(!scene.next().has_value());
    worker.paused_until = kStart;
    CHECK(scene.next().has_value());
    scene.roster.detach(worker);
    CHECK(!scene.next().has_value());
}

TEST_CASE("free slots are what the snapshot said, less what was given since") {
    Leases leases;
    const roster::Session worker = session(1, 3, {"m"});
    CHECK(free_slots(worker, leases, kStart) == 3);
    leases.begin({.token = {job_id(1), 1}, .worker = worker_id(1)});
    CHECK(free_slots(worker, leases, kStart) == 2);
    leases.find(job_id(1))->is_seen = true;  // The snapshot has counted it.
    CHECK(free_slots(worker, leases, kStart) == 3);
    CHECK(free_slots(session(1, 9, {"m"}), leases, kStart) == 4);  // No more than its slots.
}

TEST_CASE("another worker is online only if it could render the job and has not failed it") {
    roster::Roster roster;
    roster.open(session(1, 0, {"m"}));
    roster.open(session(2, 0, {"n"}));
    CHECK(is_other_online("m", {}, roster));
    CHECK(!is_other_online("m", {worker_id(1)}, roster));
    CHECK(is_other_online("n", {worker_id(1)}, roster));
}

}  // namespace
}  // namespace gotong::schedule
