// Times in receipts: known dates, and one spelling.
#include "common/text/rfc3339.h"

#include <rapidcheck.h>

#include <catch2/catch_test_macros.hpp>
#include <string>

namespace gotong::text {
namespace {

WallTime at_ms(std::int64_t ms) { return WallTime(std::chrono::milliseconds(ms)); }

TEST_CASE("known moments are written as RFC 3339 writes them") {
    // The counts are those of `date -u -d ... +%s`.
    CHECK(to_rfc3339(at_ms(0)) == "1970-01-01T00:00:00.000Z");
    CHECK(to_rfc3339(at_ms(951782400000)) == "2000-02-29T00:00:00.000Z");
    CHECK(to_rfc3339(at_ms(1795476600125)) == "2026-11-23T23:30:00.125Z");
    CHECK(to_rfc3339(at_ms(-1)) == "1969-12-31T23:59:59.999Z");
}

TEST_CASE("what is written is read back to the millisecond") {
    CHECK(rc::check([] {
        const auto ms = *rc::gen::inRange<std::int64_t>(-62'000'000'000'000, 253'000'000'000'000);
        RC_ASSERT(from_rfc3339(to_rfc3339(at_ms(ms))).value() == at_ms(ms));
    }));
}

TEST_CASE("every other spelling, and moments that do not exist, are refused") {
    for (const char* text :
         {"", "2026-11-23", "2026-11-23T23:30:00Z", "2026-11-23T23:30:00.1Z",
          "2026-11-23T23:30:00.125z", "2026-11-23t23:30:00.125Z", "2026-11-23T23:30:00.125+00:00",
          " 2026-11-23T23:30:00.125Z", "2026-11-23T23:30:00.125Z ", "2026-13-23T23:30:00.125Z",
          "2026-00-23T23:30:00.125Z", "2026-02-29T23:30:00.125Z", "2026-11-31T23:30:00.125Z",
          "2026-11-23T24:00:00.000Z", "2026-11-23T23:60:00.000Z", "2026-11-23T23:59:60.000Z",
          "2026-11-23T2a:30:00.125Z", "-026-11-23T23:30:00.125Z"}) {
        INFO(text);
        CHECK_FALSE(from_rfc3339(text));
    }
}

}  // namespace
}  // namespace gotong::text
