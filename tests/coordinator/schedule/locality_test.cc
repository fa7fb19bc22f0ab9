// Which weights are where, what that costs, and that minding it leaves nobody waiting. The bounds
// are shown on small pools that run to their end under a clock of their own, from many seeds.
#include "coordinator/schedule/locality.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <map>
#include <random>

#include "coordinator/schedule/dispatcher.h"
#include "coordinator/schedule/patience.h"
#include "tests/coordinator/schedule/ids.h"

namespace gotong::schedule {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

const Monotonic kStart = Monotonic{} + 100h;
constexpr WallTime kWall = WallTime{} + std::chrono::hours{400'000};
const std::string kM = "m";
const std::string kN = "n";

roster::Session knowing(const roster::Paces& paces) {
    roster::Session session;
    session.paces = paces;
    return session;
}

TEST_CASE("weights are loaded where the worker says so, or renders with them") {
    roster::Session session;
    session.loaded = {kM};
    CHECK(is_loaded(session, {}, kM));
    CHECK_FALSE(is_loaded(session, {}, kN));
    CHECK(is_loaded(session, {.rendering = 1, .kind = Kind{kN}}, kN));
    CHECK(swap_time(session, {}, kM) == 0s);
}

TEST_CASE("a load takes what it took last; before that, what its size and the machine say") {
    CHECK(swap_time(knowing({}), {}, kM) == 10s);
    CHECK(swap_time(knowing({{kM, {.bytes = 4'000'000'000}}}), {}, kM) == 10s);  // 2.5 ns a byte.
    CHECK(swap_time(knowing({{kM, {.bytes = 1'000}}}), {}, kM) == 200ms);
    const roster::Pace loaded{.load = milliseconds{8'000}, .bytes = 1'000'000'000};
    CHECK(swap_time(knowing({{kM, loaded}}), {}, kM) == 8s);
    CHECK(swap_time(knowing({{kN, loaded}, {kM, {.bytes = 2'000'000'000}}}), {}, kM) == 16s);
}

TEST_CASE("speed is the model's own, else the mean of the others") {
    CHECK(ns_per_micro(knowing({}), kM) == std::nullopt);
    const roster::Paces paces{{kN, {.ns_per_micro = 100.0}}, {"o", {.ns_per_micro = 300.0}}};
    CHECK(ns_per_micro(knowing(paces), kM) == 200.0);
    CHECK(ns_per_micro(knowing(paces), kN) == 100.0);
}

TEST_CASE("a slot is free when one of its kind ends, or all of another kind, as far as is known") {
    Lease first;
    first.offered = kStart;
    first.expected = 10s;
    Lease second = first;
    second.expected = 20s;
    const std::vector<const Lease*> both{&first, &second};
    const Activity activity{.rendering = 2, .kind = Kind{kM}};
    CHECK(free_in(activity, Kind{kM}, both, kStart + 4s) == 6s);
    CHECK(free_in(activity, Kind{kN}, both, kStart + 4s) == 16s);
    CHECK(free_in(activity, Kind{kM}, both, kStart + 12s) == 0s);  // Late, and still believed.
    CHECK(free_in(activity, Kind{kM}, both, kStart + 23s) == 0s);  // The second's; not the first's.
    CHECK(free_in(activity, Kind{kN}, both, kStart + 23s) == std::nullopt);
    second.expected = 0s;
    CHECK(free_in(activity, Kind{kN}, both, kStart) == std::nullopt);
}

// A pool of one-slot workers with one model in memory each, that runs as the dispatcher says.
struct Run {
    struct Machine {
        milliseconds job{0};
        milliseconds load{0};
        Monotonic free_at{};
        std::optional<JobId> at{};
        int jobs = 0;
        int loads = 0;
    };
    Queue queue;
    roster::Roster roster;
    Leases leases;
    Monotonic now = kStart;
    std::map<WorkerId, Machine> machines;
    std::map<JobId, Needs> needs;
    std::uint64_t given = 0;
    std::uint16_t jobs = 0;
    std::vector<WorkerId> took;

    void add_worker(std::uint8_t n, milliseconds job, milliseconds load,
                    std::set<std::string> models = {kM, kN}) {
        roster::Session session;
        session.worker = worker_id(n);
        session.stream = n;
        session.slots = session.free_slots = 1;
        session.is_known = session.tells_loaded = true;
        session.usable = std::move(models);
        for (const std::string& digest : session.usable) {
            session.paces[digest] = {.ns_per_micro = static_cast<double>(Nanoseconds{job}.count()),
                                     .load = load};
        }
        roster.open(session);
        machines[session.worker] = {.job = job, .load = load};
    }
    void submit(const std::string& model, std::uint8_t account = 1) {
        JobId id = job_id(static_cast<std::uint8_t>(++jobs & 0xffU));
        id.bytes.front() = static_cast<std::uint8_t>(jobs >> 8U);
        needs[id] = Needs{{model}, {}};
        queue.add({.job = id,
                   .account = account_id(account),
                   .order = jobs,
                   .price = {1},
                   .needs = needs[id]},
                  WallTime{}, kWall);
    }
    void give(const Match& match) {
        roster::Session& session = *roster.find(match.worker);
        Machine& machine = machines[match.worker];
        const std::string& digest = needs[match.job].kind.model_digest;
        const bool must_load = !session.loaded.contains(digest);
        machine.free_at = now + machine.job + (must_load ? machine.load : 0ms);
        machine.at = match.job;
        machine.jobs += 1;
        machine.loads += must_load ? 1 : 0;
        session.loaded = {digest};
        session.turn_from = session.last_given = ++given;
        leases.begin({.token = {match.job, 1},
                      .worker = match.worker,
                      .kind = needs[match.job].kind,
                      .offered = now,
                      .expected = match.choice.best.front().expected});
        took.push_back(match.worker);
        queue.serve(match.job);
    }
    void step() {
        for (auto& [worker, machine] : machines) {
            if (!machine.at || machine.free_at > now) continue;
            leases.end(*machine.at);
            machine.at.reset();
        }
        while (const auto match = next_match(queue, roster, leases, now)) give(*match);
        check_nobody_forgotten();
        now += 100ms;
    }
    // The promise: past its patience, no job waits beside a worker that could take it.
    void check_nobody_forgotten() {
        for (const Waiting* front : queue.fronts()) {
            if (!front->passed_over || now - *front->passed_over < kLongestPatience) continue;
            for (const auto& [worker, machine] : machines) {
                const bool is_able =
                    roster.find(worker)->usable.contains(front->needs.kind.model_digest);
                REQUIRE_FALSE((is_able && !machine.at));
            }
        }
    }
    void run_until_empty() {
        const Monotonic give_up = now + 100h;
        while (queue.size() > 0) {
            step();
            REQUIRE(now < give_up);
        }
    }
};

TEST_CASE("two models whose jobs come in turn do not make one worker load for each") {
    Run run;
    run.add_worker(1, 1s, 5s);
    for (int i = 0; i < 100; ++i) {
        run.submit(kM, 1);
        run.submit(kN, 2);
    }
    run.run_until_empty();
    // 200 s of rendering, and a load for each 20 s of it at the most.
    CHECK(run.machines[worker_id(1)].loads <= 12);
}

TEST_CASE("accounts with different models still get the same from one worker, within a batch") {
    Run run;
    run.add_worker(1, 1s, 5s);
    for (int i = 0; i < 200; ++i) {
        run.submit(kM, 1);
        run.submit(kN, 2);
    }
    std::map<std::string, int> served;
    for (int i = 0; i < 2'000; ++i) {
        const std::size_t before = run.took.size();
        run.step();
        if (run.took.size() > before) ++served[*run.roster.find(worker_id(1))->loaded.begin()];
        // Four loads' time of one-second jobs, twice: who had the worker had it for so long.
        CHECK(std::abs(served[kM] - served[kN]) <= 40);
    }
    CHECK(run.took.size() > 120);
}

TEST_CASE("two workers settle on a model each, and take to the other when theirs runs out") {
    Run run;
    run.add_worker(1, 1s, 10s);
    run.add_worker(2, 1s, 10s);
    for (int i = 0; i < 60; ++i) {
        run.submit(kM, 1);
        run.submit(kN, 2);
    }
    for (int i = 0; i < 200; ++i) run.submit(kM, 1);
    run.run_until_empty();
    CHECK(run.machines[worker_id(1)].loads + run.machines[worker_id(2)].loads <= 6);
    CHECK(run.machines[worker_id(1)].jobs > 100);
    CHECK(run.machines[worker_id(2)].jobs > 100);
}

TEST_CASE("a job waits for the worker that has its model when that is cheaper than a load") {
    Run run;
    run.add_worker(1, 2s, 10s);
    run.add_worker(2, 2s, 10s);
    run.roster.find(worker_id(1))->loaded = {kM};
    for (int i = 0; i < 3; ++i) run.submit(kM);
    run.run_until_empty();
    CHECK(run.machines[worker_id(1)].jobs == 3);  // 2, 4 and 6 s, against 12 s elsewhere.
    for (int i = 0; i < 30; ++i) run.submit(kM);
    run.run_until_empty();
    CHECK(run.machines[worker_id(2)].loads == 1);
    CHECK(run.machines[worker_id(2)].jobs > 8);  // The load paid.
}

TEST_CASE("a slow machine gets its turn however fast the others are") {
    Run run;
    run.add_worker(1, 500ms, 1s);
    run.add_worker(2, 30s, 10s);
    for (int i = 0; i < 600; ++i) {
        run.submit(kM);
        for (int j = 0; j < 6; ++j) run.step();
    }
    run.run_until_empty();
    std::uint64_t missed = 0;
    std::uint64_t most = 0;
    for (const WorkerId& worker : run.took) {
        missed = worker == worker_id(2) ? 0 : missed + 1;
        most = std::max(most, missed);
    }
    // While it renders, which takes 30 or 40 s, it could take nothing.
    CHECK(most <= 2 * kTurnAfter + 70);
    CHECK(run.machines[worker_id(2)].jobs >= 5);
}

TEST_CASE("whatever the machines and the jobs, everything is rendered and nobody is forgotten") {
    for (std::uint32_t seed = 0; seed < 60; ++seed) {
        CAPTURE(seed);
        std::mt19937 random{seed};
        const auto between = [&](int low, int high) {
            return std::uniform_int_distribution<int>{low, high}(random);
        };
        Run run;
        const int workers = between(1, 5);
        for (int n = 1; n <= workers; ++n) {
            const std::set<std::string> models =
                n == 1 ? std::set{kM, kN} : (between(0, 2) == 0 ? std::set{kN} : std::set{kM, kN});
            run.add_worker(static_cast<std::uint8_t>(n), milliseconds{between(2, 200) * 100},
                           milliseconds{between(1, 300) * 100}, models);
        }
        for (int i = 0; i < 60; ++i) {
            run.submit(between(0, 1) == 0 ? kM : kN, static_cast<std::uint8_t>(between(1, 3)));
            for (int j = between(0, 20); j > 0; --j) run.step();
        }
        run.run_until_empty();
    }
}

}  // namespace
}  // namespace gotong::schedule
