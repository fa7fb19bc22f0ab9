// Lengths of time as people read and type them.
#include "common/text/duration.h"

#include <catch2/catch_test_macros.hpp>

namespace gotong::text {
namespace {

using namespace std::chrono_literals;

TEST_CASE("a length of time is said in the unit that suits it") {
    CHECK(duration(-5s) == "0 s");
    CHECK(duration(0ms) == "0 s");
    CHECK(duration(449ms) == "0.4 s");
    CHECK(duration(9'940ms) == "9.9 s");
    CHECK(duration(9'960ms) == "10 s");
    CHECK(duration(119s) == "119 s");
    CHECK(duration(120s) == "2 min");
    CHECK(duration(119min) == "119 min");
    CHECK(duration(2h) == "2 h");
    CHECK(duration(47h) == "47 h");
    CHECK(duration(72h) == "3 d");
}

TEST_CASE("a length of time is read as it is typed") {
    CHECK(parse_duration("90s") == Result<std::chrono::milliseconds>{90s});
    CHECK(parse_duration("15m") == Result<std::chrono::milliseconds>{15min});
    CHECK(parse_duration("1h30m") == Result<std::chrono::milliseconds>{90min});
    CHECK(parse_duration("3d") == Result<std::chrono::milliseconds>{72h});
}

TEST_CASE("what is no length of time is refused with an example") {
    for (const char* text : {"", "5", "s", "5 m", "-5s", "5x", "4294967295d", "1.5h"}) {
        INFO(text);
        const auto parsed = parse_duration(text);
        REQUIRE(!parsed);
        CHECK(parsed.error().message.find("15m") != std::string::npos);
    }
}

}  // namespace
}  // namespace gotong::text
