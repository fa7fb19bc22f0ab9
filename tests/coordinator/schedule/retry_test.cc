#include "coordinator/schedule/retry.h"

#include <catch2/catch_test_macros.hpp>

namespace gotong::schedule {
namespace {

using namespace std::chrono_literals;

TEST_CASE("the delay doubles with each failure up to a minute") {
    CHECK(retry_delay(1) == 1s);
    CHECK(retry_delay(2) == 2s);
    CHECK(retry_delay(3) == 4s);
    CHECK(retry_delay(6) == 32s);
    CHECK(retry_delay(7) == 60s);
    CHECK(retry_delay(4'000'000'000) == 60s);
}

TEST_CASE("three distinct workers make a job hopeless, whoever else is online") {
    CHECK(is_hopeless({.attempts = 3, .workers = 3, .other_worker_online = true}, 3));
    CHECK(!is_hopeless({.attempts = 2, .workers = 2, .other_worker_online = false}, 3));
}

TEST_CASE("many failures of one worker are hopeless only when there is nobody else") {
    CHECK(!is_hopeless({.attempts = 9, .workers = 1, .other_worker_online = true}, 3));
    CHECK(is_hopeless({.attempts = 3, .workers = 1, .other_worker_online = false}, 3));
}

}  // namespace
}  // namespace gotong::schedule
