// Which job meets which worker, and how many offers a worker can take.
#include "coordinator/schedule/dispatcher.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <vector>

#include "coordinator/schedule/patience.h"
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

Waiting waiting(std::uint8_t job, const std::string& model, std::set<WorkerId> avoid = {},
                std::uint8_t account = 1) {
    return {.job = job_id(job),
            .account = account_id(account),
            .order = job,
            .price = {1},
            .needs = {{model}, std::move(avoid)}};
}

struct Scene {
    Queue queue;
    roster::Roster roster;
    Leases leases;
    Monotonic now = kStart;

    void wait(const Waiting& job) { queue.add(job, WallTime{}, kWall); }
    std::optional<Match> next() { return next_match(queue, roster, leases, now); }

    // The job is the worker's from now on.
    void give(const Waiting& job, std::uint8_t worker) {
        leases.begin({.token = {job.job, 1}, .worker = worker_id(worker), .kind = job.needs.kind});
    }
    // Everything that can be given now, as core would; the jobs in their order.
    std::vector<JobId> give_all() {
        std::vector<JobId> given;
        while (const auto match = next()) {
            const auto fronts = queue.fronts();
            const auto front = std::ranges::find(fronts, match->job, &Waiting::job);
            const Kind kind = (*front)->needs.kind;
            queue.serve(match->job);
            leases.begin({.token = {match->job, 1}, .worker = match->worker, .kind = kind});
            given.push_back(match->job);
        }
        return given;
    }
    // All that is rendered reports its first step, and a snapshot says what is free.
    void steps_reported(std::uint8_t worker) {
        for (const job::LeaseToken& token : leases.of(worker_id(worker))) {
            Lease& lease = *leases.find(token.job);
            note_progress(lease, job::Phase::rendering, 1, kStart);
            lease.is_seen = true;
        }
        roster::Session& session = *roster.find(worker_id(worker));
        session.free_slots = session.slots - static_cast<std::uint32_t>(
                                                 leases.rendered_by(worker_id(worker)).size());
    }
};

using Jobs = std::vector<JobId>;
using Numbers = std::initializer_list<std::uint8_t>;

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

TEST_CASE("jobs of one model and size reach a worker together, ahead of others") {
    Scene scene;
    scene.wait(waiting(1, "m"));
    scene.wait(waiting(2, "n", {}, 2));
    Waiting wide = waiting(3, "m");
    wide.needs.kind.width = 128;
    scene.wait(wide);
    for (const std::uint8_t job : Numbers{4, 5}) scene.wait(waiting(job, "m"));
    scene.roster.open(session(1, 4, {"m", "n"}));
    CHECK(scene.next()->choice.reason == "first of 1 free: on disk here, +10 s, speed unknown");
    CHECK(scene.give_all() == Jobs{job_id(1), job_id(4), job_id(5)});
    CHECK(scene.leases.find(job_id(5))->company == 3);
}

TEST_CASE("the reason tells of the company") {
    Scene scene;
    scene.give(waiting(1, "m"), 1);
    scene.give(waiting(2, "m"), 1);
    scene.wait(waiting(3, "m"));
    scene.roster.open(session(1, 4, {"m"})).loaded = {"m"};
    CHECK(scene.next()->choice.reason ==
          "first of 1 free: resident here, speed unknown, beside 2 like it");
}

TEST_CASE("a job joins a batch under way while no other kind waits for the worker") {
    Scene scene;
    scene.roster.open(session(1, 4, {"m", "n"}));
    scene.wait(waiting(1, "m"));
    CHECK(scene.give_all() == Jobs{job_id(1)});
    scene.steps_reported(1);
    scene.wait(waiting(2, "m"));
    CHECK(scene.give_all() == Jobs{job_id(2)});
}

TEST_CASE("a job of another kind whose turn it is waits for one batch and is not overtaken") {
    Scene scene;
    scene.roster.open(session(1, 4, {"m", "n"}));
    for (const std::uint8_t job : Numbers{1, 2}) scene.wait(waiting(job, "m"));
    CHECK(scene.give_all() == Jobs{job_id(1), job_id(2)});
    scene.steps_reported(1);
    scene.wait(waiting(3, "n"));
    for (const std::uint8_t job : Numbers{4, 5}) scene.wait(waiting(job, "m"));
    CHECK(scene.queue.passed_over(job_id(3)) == std::nullopt);
    scene.queue.pass_over(job_id(3), kStart - kLongestPatience);  // It has been patient before.
    CHECK(scene.give_all().empty());
    scene.leases.end(job_id(1));
    scene.steps_reported(1);
    CHECK(scene.give_all().empty());
    scene.leases.end(job_id(2));
    scene.steps_reported(1);
    CHECK(scene.give_all() == Jobs{job_id(3)});
    scene.leases.end(job_id(3));
    CHECK(scene.give_all() == Jobs{job_id(4), job_id(5)});
}

TEST_CASE("one worker is held back for a job that waits, the one with least to finish") {
    Scene scene;
    for (const std::uint8_t worker : Numbers{1, 2})
        scene.roster.open(session(worker, 4, {"m", "n"}));
    for (const std::uint8_t job : Numbers{1, 2}) scene.give(waiting(job, "m"), 1);
    scene.give(waiting(3, "m"), 2);
    for (const std::uint8_t worker : Numbers{1, 2}) scene.steps_reported(worker);
    scene.wait(waiting(10, "n"));
    scene.queue.pass_over(job_id(10), kStart - kLongestPatience);
    for (const std::uint8_t job : Numbers{11, 12, 13}) scene.wait(waiting(job, "m"));
    CHECK(scene.give_all() == Jobs{job_id(11), job_id(12)});  // To the first, until it is full.
    CHECK(scene.leases.rendered_by(worker_id(1)).size() == 4);
    scene.leases.end(job_id(3));
    scene.steps_reported(2);
    CHECK(scene.next()->job == job_id(10));
    CHECK(scene.next()->worker == worker_id(2));
}

TEST_CASE("a job holds nobody back that failed it, unless nobody else is online") {
    Scene scene;
    for (const std::uint8_t worker : Numbers{1, 2})
        scene.roster.open(session(worker, 4, {"m", "n"}));
    scene.roster.find(worker_id(2))->free_slots = 0;
    scene.give(waiting(1, "m"), 1);
    scene.steps_reported(1);
    scene.wait(waiting(2, "n", {worker_id(1)}));
    scene.queue.pass_over(job_id(2), kStart - kLongestPatience);
    scene.wait(waiting(3, "m"));
    CHECK(scene.next()->job == job_id(3));
    scene.roster.close(worker_id(2));
    CHECK(!scene.next().has_value());
}

TEST_CASE("a picture that is only being delivered does not keep its worker from another kind") {
    Scene scene;
    scene.roster.open(session(1, 4, {"m", "n"}));
    scene.give(waiting(1, "m"), 1);
    note_progress(*scene.leases.find(job_id(1)), job::Phase::uploading, 0, kStart);
    scene.wait(waiting(2, "n"));
    CHECK(scene.next()->job == job_id(2));
}

TEST_CASE("a job goes past workers that do not speak of what it asks for, and blocks no other") {
    Scene scene;
    scene.roster.open(session(1, 1, {"m"}));
    Waiting from_picture = waiting(1, "m");
    from_picture.needs.protocol = 2;
    scene.wait(from_picture);
    CHECK(!scene.next());
    CHECK(!is_other_online(from_picture.needs, scene.roster));
    scene.wait(waiting(2, "m"));
    CHECK(scene.next()->job == job_id(2));
    roster::Session newer = session(2, 1, {"m"});
    newer.protocol = 2;
    scene.roster.open(newer);
    CHECK(scene.next()->job == job_id(1));
    CHECK(scene.next()->worker == worker_id(2));
}

TEST_CASE("another worker is online only if it could render the job and has not failed it") {
    roster::Roster roster;
    roster.open(session(1, 0, {"m"}));
    roster.open(session(2, 0, {"n"}));
    CHECK(is_other_online({{"m"}, {}}, roster));
    CHECK(!is_other_online({{"m"}, {worker_id(1)}}, roster));
    CHECK(is_other_online({{"n"}, {worker_id(1)}}, roster));
}

}  // namespace
}  // namespace gotong::schedule
