// Order, lanes and delays; and a comparison with a naive model over random operations.
#include "coordinator/schedule/queue.h"

#include <catch2/catch_test_macros.hpp>
#include <map>
#include <random>

#include "coordinator/schedule/retry.h"
#include "tests/coordinator/schedule/ids.h"

namespace gotong::schedule {
namespace {

constexpr WallTime kNow = WallTime{} + std::chrono::hours{400'000};

using Numbers = std::initializer_list<std::uint8_t>;

Waiting waiting(std::uint8_t job, std::uint8_t account, const std::string& model = "m",
                std::set<WorkerId> avoid = {}) {
    return {.job = job_id(job),
            .account = account_id(account),
            .order = job,
            .price = {1},
            .needs = {{model}, std::move(avoid)}};
}

void add(Queue& queue, const Waiting& entry) { queue.add(entry, WallTime{}, kNow); }

std::vector<JobId> served(Queue& queue) {
    std::vector<JobId> jobs;
    while (!queue.fronts().empty()) {
        jobs.push_back(queue.fronts().front()->job);
        queue.serve(jobs.back());
    }
    return jobs;
}

TEST_CASE("one account's jobs come in the order in which they were submitted") {
    Queue queue;
    for (const std::uint8_t n : Numbers{2, 1, 3}) add(queue, waiting(n, 1));
    CHECK(served(queue) == std::vector{job_id(1), job_id(2), job_id(3)});
}

TEST_CASE("a queue is ready while a job in it could be offered now") {
    Queue queue;
    CHECK_FALSE(queue.is_ready());
    queue.add(waiting(1, 1), kNow + 1s, kNow);
    CHECK_FALSE(queue.is_ready());
    queue.admit(kNow + 1s);
    CHECK(queue.is_ready());
    queue.serve(job_id(1));
    CHECK_FALSE(queue.is_ready());
}

TEST_CASE("accounts take turns") {
    Queue queue;
    for (const std::uint8_t n : Numbers{1, 2, 3}) add(queue, waiting(n, 1));
    for (const std::uint8_t n : Numbers{11, 12}) add(queue, waiting(n, 2));
    CHECK(served(queue) == std::vector{job_id(1), job_id(11), job_id(2), job_id(12), job_id(3)});
}

TEST_CASE("a job that comes back stands in its old place") {
    Queue queue;
    for (const std::uint8_t n : Numbers{1, 2, 3}) add(queue, waiting(n, 1));
    queue.serve(job_id(1));
    queue.give_back(account_id(1), {1});
    add(queue, waiting(1, 1));
    CHECK(queue.fronts().front()->job == job_id(1));
}

TEST_CASE("what one lane's front waits for does not hold up another lane") {
    Queue queue;
    add(queue, waiting(1, 1, "m"));
    add(queue, waiting(2, 1, "n"));
    add(queue, waiting(3, 1, "m", {worker_id(9)}));
    add(queue, waiting(4, 1, "m"));
    const auto fronts = queue.fronts();
    REQUIRE(fronts.size() == 3);
    CHECK(fronts[0]->job == job_id(1));
    CHECK(fronts[1]->job == job_id(2));
    CHECK(fronts[2]->job == job_id(3));
}

TEST_CASE("a delayed job is let in when its time has come") {
    Queue queue;
    queue.add(waiting(1, 1), kNow + 2s, kNow);
    CHECK(queue.fronts().empty());
    CHECK(queue.size() == 1);
    CHECK(!queue.admit(kNow + 1s));
    CHECK(queue.admit(kNow + 2s));
    CHECK(queue.fronts().size() == 1);
}

TEST_CASE("a delayed job can be withdrawn") {
    Queue queue;
    queue.add(waiting(1, 1), kNow + 2s, kNow);
    queue.remove(job_id(1));
    CHECK(queue.size() == 0);
    CHECK(!queue.admit(kNow + 2s));
}

TEST_CASE("a delay longer than any that is given is none") {
    Queue queue;
    queue.add(waiting(1, 1), kNow + kLongestRetryDelay + 1s, kNow);
    CHECK(queue.fronts().size() == 1);
}

TEST_CASE("a job that was meant for later waits for longer than any retry does") {
    Queue queue;
    queue.add(waiting(1, 1), kNow + 3h, kNow, 3h);
    CHECK(queue.fronts().empty());
    CHECK(queue.delayed_until(job_id(1)) == kNow + 3h);
    CHECK(!queue.admit(kNow + 2h));
    CHECK(queue.admit(kNow + 3h));
    CHECK(queue.delayed_until(job_id(1)) == WallTime{});
}

TEST_CASE("a scheduled job does not wait for a wall clock that was set back") {
    Queue queue;
    queue.add(waiting(1, 1), kNow + 3h, kNow, 3h);
    CHECK(queue.admit(kNow - 1h));
}

Waiting urgent(std::uint8_t job, std::uint8_t account, std::int32_t priority) {
    Waiting entry = waiting(job, account);
    entry.priority = priority;
    return entry;
}

TEST_CASE("priority orders an account's own jobs, and nobody else's") {
    Queue queue;
    add(queue, urgent(1, 1, 0));
    add(queue, urgent(2, 1, 5));
    add(queue, urgent(3, 1, -5));
    add(queue, urgent(4, 1, 5));
    for (const std::uint8_t n : Numbers{11, 12}) add(queue, waiting(n, 2));
    CHECK(queue.ahead_of(job_id(2)) == 0);
    CHECK(queue.ahead_of(job_id(3)) == 5);
    CHECK(queue.oldest() == job_id(1));
    CHECK(served(queue) ==
          std::vector{job_id(2), job_id(11), job_id(4), job_id(12), job_id(1), job_id(3)});
    CHECK(queue.oldest() == std::nullopt);
}

TEST_CASE("priority counts between an account's jobs for different models too") {
    Queue queue;
    add(queue, waiting(1, 1, "m"));
    Waiting other = waiting(2, 1, "n");
    other.priority = 1;
    add(queue, other);
    CHECK(queue.fronts().front()->job == job_id(2));
}

TEST_CASE("what waits for some models is counted, and what is delayed is not") {
    Queue queue;
    add(queue, waiting(1, 1, "m"));
    add(queue, waiting(2, 2, "m"));
    add(queue, waiting(3, 1, "n"));
    queue.add(waiting(4, 1, "m"), kNow + 2s, kNow);
    CHECK(queue.ready_for({"m"}) == 2);
    CHECK(queue.ready_for({"m", "n"}) == 3);
    CHECK(queue.ready_for({"x"}) == 0);
}

TEST_CASE("a job's place counts its account's earlier jobs and the others' turns") {
    Queue queue;
    for (const std::uint8_t n : Numbers{1, 2, 3}) add(queue, waiting(n, 1));
    for (const std::uint8_t n : Numbers{11, 12}) add(queue, waiting(n, 2));
    add(queue, waiting(21, 3, "another model"));
    // Served in the order 1, 11, 2, 12, 3.
    CHECK(queue.ahead_of(job_id(1)) == 0);
    CHECK(queue.ahead_of(job_id(11)) == 1);
    CHECK(queue.ahead_of(job_id(2)) == 2);
    CHECK(queue.ahead_of(job_id(12)) == 3);
    CHECK(queue.ahead_of(job_id(3)) == 4);
    CHECK(queue.ahead_of(job_id(21)) == 0);
}

TEST_CASE("places agree with the order of service, whatever was served before") {
    std::mt19937 random{5};
    for (int round = 0; round < 50; ++round) {
        Queue queue;
        if (round % 2 == 1) queue.set_weight(account_id(2), 3);
        for (std::uint8_t n = 1; n <= 40; ++n) {
            Waiting entry = waiting(n, static_cast<std::uint8_t>(1 + random() % 4));
            entry.price = {6};
            entry.priority = static_cast<std::int32_t>(random() % 3);
            add(queue, entry);
        }
        for (int i = 0; i < 7; ++i) queue.serve(queue.fronts().front()->job);
        std::map<JobId, std::size_t> places;
        for (std::uint8_t n = 1; n <= 40; ++n) {
            if (queue.contains(job_id(n))) places[job_id(n)] = queue.ahead_of(job_id(n));
        }
        const auto order = served(queue);
        REQUIRE(order.size() == places.size());
        for (std::size_t i = 0; i < order.size(); ++i) CHECK(places.at(order[i]) == i);
    }
}

TEST_CASE("random additions, withdrawals and services lose and double nothing") {
    std::mt19937 random{7};
    Queue queue;
    std::set<JobId> expected;
    for (int i = 0; i < 5'000; ++i) {
        const auto n = static_cast<std::uint8_t>(random() % 200);
        const JobId job = job_id(n);
        if (!expected.contains(job)) {
            std::set<WorkerId> avoid;
            if (n % 3 == 0) avoid.insert(worker_id(n % 2));
            const WallTime not_before = n % 5 == 0 ? kNow + 5s : WallTime{};
            queue.add(waiting(n, n % 7, n % 2 == 0 ? "m" : "n", avoid), not_before, kNow);
            expected.insert(job);
        } else if (n % 2 == 0) {
            queue.remove(job);
            expected.erase(job);
        } else if (const auto fronts = queue.fronts(); !fronts.empty()) {
            const JobId next = fronts[random() % fronts.size()]->job;
            CHECK(expected.erase(next) == 1);
            queue.serve(next);
        }
        CHECK(queue.size() == expected.size());
    }
    queue.admit(kNow + 10s);
    for (const JobId& job : served(queue)) CHECK(expected.erase(job) == 1);
    CHECK(expected.empty());
}

}  // namespace
}  // namespace gotong::schedule
