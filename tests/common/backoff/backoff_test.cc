// The delay's bounds, by numbers worked out by hand.
#include "common/backoff/backoff.h"

#include <catch2/catch_test_macros.hpp>

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

}  // namespace
}  // namespace gotong
