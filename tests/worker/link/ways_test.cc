// How many broken streams it takes, and what brings a stream back.
#include "worker/link/ways.h"

#include <catch2/catch_test_macros.hpp>

namespace gotong::link {
namespace {

using namespace std::chrono_literals;

const Stay kNobody{};
const Stay kBuffered{.was_connected = true, .lasted = 15s};
const Stay kGood{
    .was_connected = true, .was_challenged = true, .was_welcomed = true, .lasted = 5min};
const Stay kCut{.was_connected = true, .was_challenged = true, .was_welcomed = true, .lasted = 9s};
const Stay kNoCalls{.was_connected = true, .knows_no_calls = true};

Way after(std::initializer_list<Stay> streams) {
    Ways ways{{}};
    for (const Stay& stay : streams) ways.ended(Way::stream, stay);
    return ways.next();
}

TEST_CASE("a stream is the first choice, and remains it while the pool is only away") {
    CHECK(after({}) == Way::stream);
    CHECK(after({kNobody, kNobody, kNobody, kNobody}) == Way::stream);
    CHECK(after({kGood, kNobody, kGood, kNobody}) == Way::stream);
}

TEST_CASE("calls are tried after two streams without a word, or five that were cut soon") {
    CHECK(after({kBuffered}) == Way::stream);
    CHECK(after({kBuffered, kBuffered}) == Way::calls);
    CHECK(after({kBuffered, kNobody, kBuffered}) == Way::calls);
    CHECK(after({kBuffered, kGood, kBuffered}) == Way::stream);
    CHECK(after({kCut, kCut, kCut, kCut}) == Way::stream);
    CHECK(after({kCut, kCut, kCut, kCut, kCut}) == Way::calls);
    CHECK(after({kCut, kCut, kNobody, kCut, kCut, kNobody, kCut}) == Way::stream);
}

TEST_CASE("once calls work, one more broken stream is enough, and a good one ends them") {
    Ways ways{{}};
    for (int i = 0; i < 2; ++i) ways.ended(Way::stream, kBuffered);
    ways.ended(Way::calls, kGood);
    CHECK(ways.next() == Way::stream);  // It is due.
    ways.ended(Way::stream, kBuffered);
    CHECK(ways.next() == Way::calls);
    ways.ended(Way::calls, kGood);
    ways.ended(Way::stream, kGood);
    ways.ended(Way::stream, kBuffered);
    CHECK(ways.next() == Way::stream);
}

TEST_CASE("a pool that knows no such calls is not asked for them again") {
    Ways ways{{}};
    for (int i = 0; i < 2; ++i) ways.ended(Way::stream, kBuffered);
    ways.ended(Way::calls, kNoCalls);
    for (int i = 0; i < 9; ++i) ways.ended(Way::stream, kBuffered);
    CHECK(ways.next() == Way::stream);
}

}  // namespace
}  // namespace gotong::link
