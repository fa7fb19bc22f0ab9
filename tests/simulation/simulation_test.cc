// Whatever dies, hangs, lies or loses its network: an accepted job ends in exactly one accepted
// picture or one clear failure, and is paid once (docs/simulation.md).
//
// 10,000 seeds, in parts so that ctest can play them side by side. A seed that fails is named with
// the command that plays it alone, and one that led to a bug stays in kNamedSeeds.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "tests/simulation/named_seeds.h"
#include "tests/simulation/violation.h"
#include "tests/simulation/world.h"

namespace gotong::simulation {
namespace {

// Seeds of a part. A build for debugging or with sanitizers takes ten times as long for each, and
// is there for other faults: it plays too few to reach everything.
#if defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
constexpr std::uint64_t kPart = 2'500;
constexpr bool kReachesEverything = true;
#else
constexpr std::uint64_t kPart = 50;
constexpr bool kReachesEverything = false;
#endif

std::string how_to_replay(std::uint64_t seed, const std::string& why) {
    return "seed " + std::to_string(seed) + ": " + why +
           "\nreplay it with: GOTONG_SEED=" + std::to_string(seed) +
           " build/release/tests/test_simulation '[replay]'";
}

// What was broken; nullopt: nothing.
std::optional<std::string> fault_in(std::uint64_t seed, Coverage& coverage, Report& report) {
    try {
        report = simulate(plan_for(seed), coverage);
        return std::nullopt;
    } catch (const Violation& violation) {
        return how_to_replay(seed, violation.what());
    }
}

std::uint64_t median(std::vector<std::uint64_t> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::ranges::nth_element(values, middle);
    return *middle;
}

void play(std::uint64_t first) {
    Coverage coverage;
    std::vector<std::uint64_t> jobs, workers, steps;
    for (std::uint64_t seed = first; seed < first + kPart; ++seed) {
        Report report;
        if (const auto fault = fault_in(seed, coverage, report)) FAIL(*fault);
        jobs.push_back(report.jobs);
        workers.push_back(report.workers);
        steps.push_back(report.steps);
    }
    CHECK(median(jobs) >= 20);
    CHECK(median(workers) >= 5);
    CHECK(median(steps) >= 500);
    if (!kReachesEverything) return;
    for (const std::string& missing : coverage.missing()) {
        INFO("no seed has reached: " << missing);
        CHECK(missing.empty());
    }
}

TEST_CASE("nothing is lost, doubled or paid twice in the first part of the seeds") { play(1); }
TEST_CASE("nothing is lost, doubled or paid twice in the second part of the seeds") {
    play(1 + kPart);
}
TEST_CASE("nothing is lost, doubled or paid twice in the third part of the seeds") {
    play(1 + 2 * kPart);
}
TEST_CASE("nothing is lost, doubled or paid twice in the fourth part of the seeds") {
    play(1 + 3 * kPart);
}

TEST_CASE("the seeds that found a bug once find it no more") {
    for (const auto& [seed, story] : kNamedSeeds) {
        Coverage coverage;
        Report report;
        const auto fault = fault_in(seed, coverage, report);
        INFO(story << "\n" << fault.value_or(""));
        CHECK_FALSE(fault.has_value());
    }
}

// On machines and a network where nothing else goes wrong.
Plan plan_of_twins(std::uint64_t seed) {
    Plan plan = plan_for(seed);
    plan.workers.resize(1);
    plan.network = {};
    plan.pool = {};
    plan.worker_trouble_every = plan.operator_every = 0ms;
    plan.policy.job_expiry = core::Policy{}.job_expiry;
    plan.twin_at = 20s;
    return plan;
}

TEST_CASE("two daemons with one key cost a job two attempts at most, and not all there are") {
    Coverage coverage;
    std::size_t most_lost = 0;
    for (std::uint64_t seed = 2; seed <= 20; ++seed)
        most_lost = std::max(most_lost, simulate(plan_of_twins(seed), coverage).most_lost);
    CHECK(most_lost <= 2);  // When the second comes, and when it is gone.
    CHECK(coverage.saw_it("worker: turned away"));
}

TEST_CASE("the same seed is the same story") {
    for (const std::uint64_t seed : {7U, 100U}) {
        Coverage first, second;
        Report one, two;
        REQUIRE_FALSE(fault_in(seed, first, one));
        REQUIRE_FALSE(fault_in(seed, second, two));
        CHECK(one.steps == two.steps);
        CHECK(first.text() == second.text());
    }
}

// Hidden: for a seed that failed, and for many seeds on demand.
TEST_CASE("a seed alone, told step by step", "[.replay]") {
    const char* seed = std::getenv("GOTONG_SEED");
    REQUIRE(seed != nullptr);
    Coverage coverage;
    try {
        const Report report = simulate(plan_for(std::strtoull(seed, nullptr, 10)), coverage, true);
        std::fprintf(stderr, "%s%llu steps, %llu jobs\n", coverage.text().c_str(),
                     static_cast<unsigned long long>(report.steps),
                     static_cast<unsigned long long>(report.jobs));
    } catch (const Violation& violation) {
        FAIL(violation.what());
    }
}

TEST_CASE("as many seeds as are asked for", "[.soak]") {
    const auto number = [](const char* name) {
        const char* text = std::getenv(name);
        return text ? std::strtoull(text, nullptr, 10) : 0;
    };
    const std::uint64_t first = number("GOTONG_FIRST_SEED");
    std::uint64_t faults = 0;
    std::vector<std::uint64_t> jobs, steps;
    milliseconds longest{0};
    Coverage coverage;
    for (std::uint64_t seed = first; seed < first + number("GOTONG_SEEDS"); ++seed) {
        Report report;
        const auto fault = fault_in(seed, coverage, report);
        if (fault) std::fprintf(stderr, "%s\n", fault->c_str());
        if (fault && ++faults == 20) break;
        jobs.push_back(report.jobs);
        steps.push_back(report.steps);
        if (report.calm > longest)
            std::fprintf(stderr, "seed %llu: calm after %lld s\n",
                         static_cast<unsigned long long>(seed),
                         static_cast<long long>(report.calm.count() / 1'000));
        longest = std::max(longest, report.calm);
    }
    std::fprintf(stderr, "median seed: %llu jobs, %llu events\n",
                 static_cast<unsigned long long>(median(jobs)),
                 static_cast<unsigned long long>(median(steps)));
    for (const std::string& missing : coverage.missing())
        std::fprintf(stderr, "not reached: %s\n", missing.c_str());
    CHECK(faults == 0);
}

}  // namespace
}  // namespace gotong::simulation
