// Examples of W3C Trace Context, section 3.2, and what breaks its rules.
#include "common/trace/trace.h"

#include <catch2/catch_test_macros.hpp>

namespace gotong::trace {
namespace {

const std::string kTrace = "4bf92f3577b34da6a3ce929d0e0e4736";
const std::string kParent = "00f067aa0ba902b7";

TEST_CASE("the trace of a traceparent is its second part") {
    const auto trace = from_traceparent("00-" + kTrace + "-" + kParent + "-01");
    REQUIRE(trace);
    CHECK(trace->to_hex() == kTrace);
}

TEST_CASE("a later version may say more after what this one knows") {
    CHECK(from_traceparent("01-" + kTrace + "-" + kParent + "-01-more"));
    CHECK_FALSE(from_traceparent("01-" + kTrace + "-" + kParent + "-01more"));
    CHECK_FALSE(from_traceparent("00-" + kTrace + "-" + kParent + "-01-more"));
}

TEST_CASE("what the standard calls invalid is no trace") {
    for (const std::string& wrong :
         {std::string{}, "00-" + kTrace + "-" + kParent, "ff-" + kTrace + "-" + kParent + "-01",
          "00-" + std::string(32, '0') + "-" + kParent + "-01",
          "00-" + kTrace + "-" + std::string(16, '0') + "-01",
          "00-4BF92F3577B34DA6A3CE929D0E0E4736-" + kParent + "-01",
          "00_" + kTrace + "-" + kParent + "-01", "00-" + kTrace + "-" + kParent + "-0x"}) {
        INFO(wrong);
        CHECK_FALSE(from_traceparent(wrong));
    }
}

TEST_CASE("traces that are made differ, and none reads as nothing") {
    CHECK(make() != make());
    CHECK(text_of(TraceId{}).empty());
    CHECK(from_text(kTrace).to_hex() == kTrace);
    CHECK(from_text("nonsense").is_zero());
}

}  // namespace
}  // namespace gotong::trace
