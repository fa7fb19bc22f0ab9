// What a line looks like, and what a hostile value cannot do to it.
#include "common/log/log.h"

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>

#include "common/log/throttle.h"

namespace gotong::log {
namespace {

TEST_CASE("a line is its level, a sentence and named values") {
    CHECK(format_line(Format::text, Level::info, "worker enrolled",
                      {{"worker", "77ab"}, {"address", "[::1]:7436"}}) ==
          "info worker enrolled worker=77ab address=[::1]:7436");
}

TEST_CASE("a value cannot forge a line, a field or a terminal sequence") {
    const std::string line = format_line(Format::text, Level::warn, "odd name",
                                         {{"name", "x\nerror gone level=\"y\" \x1b[31m"}});
    CHECK(line.find('\n') == std::string::npos);
    CHECK(line.find('\x1b') == std::string::npos);
    CHECK(line.starts_with("warn odd name name=\"x\\n"));
    CHECK(format_line(Format::text, Level::info, "m", {{"empty", ""}}) == "info m empty=\"\"");
}

TEST_CASE("JSON lines are objects, whatever bytes a value holds") {
    const std::string line = format_line(Format::json, Level::error, "it \"broke\"",
                                         {{"bytes", "\xff\xfe"}, {"name", "anna's tower"}});
    const auto json = nlohmann::json::parse(line);
    CHECK(json.at("level") == "error");
    CHECK(json.at("message") == "it \"broke\"");
    CHECK(json.at("name") == "anna's tower");
    CHECK(json.at("bytes") == "\xef\xbf\xbd\xef\xbf\xbd");
}

TEST_CASE("a long value is cut") {
    const std::string line =
        format_line(Format::text, Level::info, "m", {{"v", std::string(100'000, 'x')}});
    CHECK(line.size() < 1'000);
}

TEST_CASE("unknown levels and formats are refused with the choices") {
    CHECK(parse_level("warn") == Level::warn);
    CHECK(parse_format("json") == Format::json);
    CHECK(parse_level("WARN").error().message.find("debug, info") != std::string::npos);
    CHECK(parse_format("xml").error().field == "log-format");
}

TEST_CASE("a throttle lets a burst through, then one at a time, and counts what it kept back") {
    Throttle throttle(2, 1s);
    const Monotonic start = Monotonic{} + 1h;
    CHECK(throttle.admit(start) == 0U);
    CHECK(throttle.admit(start) == 0U);
    CHECK_FALSE(throttle.admit(start));
    CHECK_FALSE(throttle.admit(start + 900ms));
    CHECK(throttle.admit(start + 1'100ms) == 2U);
    CHECK_FALSE(throttle.admit(start + 1'200ms));
    CHECK(throttle.admit(start + 10min) == 1U);
    CHECK(throttle.admit(start + 10min) == 0U);
    CHECK_FALSE(throttle.admit(start + 10min));
}

}  // namespace
}  // namespace gotong::log
