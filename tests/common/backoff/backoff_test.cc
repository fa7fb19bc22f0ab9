// The delay's bounds, by numbers worked out by hand.
#include "common/backoff/backoff.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <map>
#include <random>

namespace gotong {
namespace {

using namespace std::chrono_literals;

constexpr Backoff kBackoff{.first = 1s, .most = 60s};

TEST_CASE("nothing is waited for before the first failure") {
    CHECK(backoff_delay(kBackoff, 0, 0.5) == 0ms);
}

TEST_CASE("each failure doubles the longest wait until it reaches the most") {
    CHECK(backoff_delay(kBackoff, 1, 1.0) == 1s);
    CHECK(backoff_delay(kBackoff, 2, 1.0) == 2s);
    CHECK(backoff_delay(kBackoff, 6, 1.0) == 32s);
    CHECK(backoff_delay(kBackoff, 7, 1.0) == 60s);
    CHECK(backoff_delay(kBackoff, 4'000'000'000U, 1.0) == 60s);
}

TEST_CASE("the random number spreads the wait over its upper half") {
    CHECK(backoff_delay(kBackoff, 3, 0.0) == 2s);
    CHECK(backoff_delay(kBackoff, 3, 0.5) == 3s);
    CHECK(backoff_delay(kBackoff, 3, 1.0) == 4s);
}

TEST_CASE("a spread is added by the same random share") {
    const Backoff spread{.first = 1s, .most = 60s, .spread = 10s};
    CHECK(backoff_delay(spread, 1, 0.0) == 500ms);
    CHECK(backoff_delay(spread, 1, 0.5) == 5750ms);
    CHECK(backoff_delay(spread, 1, 1.0) == 11s);
    CHECK(backoff_delay(spread, 0, 1.0) == 0ms);
}

// How many of 10,000 workers, which all lost their pool at the same moment, try to come back in the
// busiest second.
std::size_t busiest_second(const Backoff& backoff, std::chrono::milliseconds away) {
    constexpr int kWorkers = 10'000;
    std::mt19937 random{1};
    std::uniform_real_distribution<double> share{0.0, 1.0};
    std::map<std::chrono::seconds, std::size_t> attempts;
    for (int worker = 0; worker < kWorkers; ++worker) {
        std::chrono::milliseconds at{0};
        for (std::uint32_t failures = 1; failures == 1 || at < away; ++failures) {
            at += backoff_delay(backoff, failures, share(random));
            ++attempts[std::chrono::duration_cast<std::chrono::seconds>(at)];
        }
    }
    std::size_t most = 0;
    for (const auto& [second, count] : attempts) most = std::max(most, count);
    return most;
}

TEST_CASE("of 10,000 workers that lost their pool together no second sees more than an eighth") {
    const Backoff worker{.first = 1s, .most = 30s, .spread = 20s};
    for (const auto away : {0s, 1s, 5s, 20s, 60s, 300s}) {
        INFO(away.count() << " s away");
        CHECK(busiest_second(worker, away) <= 1'250);
    }
    const Backoff without{.first = 1s, .most = 30s};
    CHECK(busiest_second(without, 0s) == 10'000);  // What the spread is for.
}

}  // namespace
}  // namespace gotong
