// The estimate of a render's end, by numbers worked out by hand.
#include "worker/job/pace.h"

#include <catch2/catch_test_macros.hpp>

namespace gotong::worker {
namespace {

constexpr Monotonic kStart{std::chrono::hours{1}};

TEST_CASE("nothing is promised before two steps were seen") {
    Pace pace;
    CHECK_FALSE(pace.remaining(kStart));
    pace.note(1, 10, kStart);
    CHECK_FALSE(pace.remaining(kStart + 5s));
}

TEST_CASE("the rest takes as long a step as the steps so far, and one more for decoding") {
    Pace pace;
    pace.note(0, 10, kStart);
    pace.note(4, 10, kStart + 8s);
    CHECK(pace.remaining(kStart + 8s) == 14s);
    CHECK(pace.remaining(kStart + 9s) == 13s);
}

}  // namespace
}  // namespace gotong::worker
