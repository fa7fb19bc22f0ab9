// From words to a request: what the wire cannot carry is refused with the field's name.
#include "coordinator/cli/render_request.h"

#include <catch2/catch_test_macros.hpp>

namespace gotong::cli {
namespace {

RenderOptions apple() {
    RenderOptions options;
    options.prompt = "a red apple";
    return options;
}

std::string field_at_fault(const RenderOptions& options) {
    const auto request = to_request(options, "key");
    return request ? "" : request.error().field;
}

TEST_CASE("what is not said stays unset, so that the pool's defaults apply") {
    const auto request = to_request(apple(), "key");
    REQUIRE(request);
    CHECK(request->idempotency_key() == "key");
    CHECK(request->spec().prompt() == "a red apple");
    CHECK_FALSE(request->spec().has_width());
    CHECK_FALSE(request->spec().has_steps());
    CHECK_FALSE(request->spec().has_guidance());
    CHECK_FALSE(request->spec().has_seed());
    CHECK(request->count() == 0);
}

TEST_CASE("what is said arrives") {
    RenderOptions options = apple();
    options.size = "512x768";
    options.steps = "30";
    options.guidance = "7.5";
    options.seed = "18446744073709551615";
    options.count = "4";
    options.is_private = true;
    const auto request = to_request(options, "key");
    REQUIRE(request);
    CHECK(request->spec().width() == 512);
    CHECK(request->spec().height() == 768);
    CHECK(request->spec().steps() == 30);
    CHECK(request->spec().guidance() == 7.5);
    CHECK(request->spec().seed() == 18446744073709551615U);
    CHECK(request->count() == 4);
    CHECK(request->spec().private_());
}

TEST_CASE("words that are no numbers are refused by name") {
    const auto with = [](std::string RenderOptions::*field, const char* value) {
        RenderOptions options = apple();
        options.*field = value;
        return field_at_fault(options);
    };
    for (const char* size : {"wide", "512", "x", "512x", "x512", "512x768x3", "-1x5", "5 x5"})
        CHECK(with(&RenderOptions::size, size) == "size");
    CHECK(with(&RenderOptions::steps, "many") == "steps");
    CHECK(with(&RenderOptions::steps, "20.5") == "steps");
    CHECK(with(&RenderOptions::guidance, "7,5") == "guidance");
    CHECK(with(&RenderOptions::seed, "-3") == "seed");
    CHECK(with(&RenderOptions::seed, "18446744073709551616") == "seed");
    CHECK(with(&RenderOptions::count, "0") == "count");
    CHECK(with(&RenderOptions::count, "99999999999") == "count");
}

TEST_CASE("text that is not UTF-8 is refused with the byte") {
    RenderOptions options = apple();
    options.negative = "dog\xff";
    const auto request = to_request(options, "key");
    REQUIRE_FALSE(request);
    CHECK(request.error().field == "negative");
    CHECK(request.error().message.find("byte 4") != std::string::npos);
    CHECK(request.error().message.find("UTF-8") != std::string::npos);
}

}  // namespace
}  // namespace gotong::cli
