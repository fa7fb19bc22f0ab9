// The statement: a reader that is not ours finds each field where docs/verify.md says, and ours
// refuses what does not fit.
#include "common/receipt/statement.h"

#include <rapidcheck.h>

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "common/receipt/dsse.h"
#include "tests/support/receipt/sample.h"

namespace gotong::receipt {
namespace {

using nlohmann::json;
using Pointer = json::json_pointer;

json sample_json() {
    return json::parse(statement_payload(test::SampleReceipt().statement).value());
}

TEST_CASE("the payload is an in-toto statement with the documented fields") {
    const test::SampleReceipt sample;
    const json read = json::parse(statement_payload(sample.statement).value());
    CHECK(read["_type"] == "https://in-toto.io/Statement/v1");
    CHECK(read["predicateType"] == "urn:gotong:render:v1");
    CHECK(read["subject"][0]["digest"]["sha256"] == crypto::to_hex(sample.statement.output.sha256));
    const json& predicate = read["predicate"];
    CHECK(predicate["job"]["id"] == sample.statement.job.id.to_hex());
    CHECK(predicate["sampling"]["seed"] == "18446744073709551615");
    CHECK(predicate["sampling"]["guidance"] == "4.5");
    CHECK(predicate["times"]["finished"] == "2026-11-23T23:40:03.250Z");
    CHECK(predicate["request"]["promptDisclosed"] == *sample.statement.request.prompt_disclosed);
}

TEST_CASE("a private statement holds no trace of the prompt") {
    const test::SampleReceipt sample(test::Prompt::hidden);
    const std::string payload = statement_payload(sample.statement).value();
    CHECK(payload.find("apple") == std::string::npos);
    CHECK(payload.find("promptDisclosed") == std::string::npos);
}

TEST_CASE("a statement is read as it was written") {
    for (const auto prompt : {test::Prompt::disclosed, test::Prompt::hidden}) {
        const test::SampleReceipt sample(prompt);
        CHECK(parse_statement(statement_payload(sample.statement).value()) == sample.statement);
    }
}

TEST_CASE("the picture that another began with is named by its digest") {
    RenderStatement statement = test::SampleReceipt().statement;
    statement.original = OriginalClaim{.strength = 0.6, .strength_rule = "a1111"};
    statement.original->picture.fill(0xab);
    const json read = json::parse(statement_payload(statement).value())["predicate"]["original"];
    CHECK(read["picture"] == crypto::to_hex(statement.original->picture));
    CHECK(read["strength"] == "0.6");
    CHECK(read["strengthRule"] == "a1111");
    CHECK_FALSE(read.contains("mask"));
    CHECK(parse_statement(statement_payload(statement).value()) == statement);
    statement.original->mask.emplace().fill(0xcd);
    CHECK(parse_statement(statement_payload(statement).value()) == statement);
}

TEST_CASE("any seed and guidance survive the journey through text") {
    CHECK(rc::check([](std::uint64_t seed, std::uint16_t hundredths) {
        RenderStatement statement = test::SampleReceipt().statement;
        statement.sampling.seed = seed;
        statement.sampling.guidance = hundredths / 100.0;
        RC_ASSERT(parse_statement(statement_payload(statement).value()).value() == statement);
    }));
}

TEST_CASE("what a later worker adds is skipped") {
    json extended = sample_json();
    extended["predicate"]["safety"] = {{"verdict", "clean"}};
    extended["predicate"]["sampling"]["clipSkip"] = 1;
    CHECK(parse_statement(extended.dump()));
}

TEST_CASE("every field is required, and named when it is missing or of another kind") {
    const json whole = sample_json().flatten();
    for (const auto& [path, value] : whole.items()) {
        if (path == "/predicate/request/promptDisclosed" || path == "/predicate/engine/flags/0") {
            continue;
        }
        json odd = whole.unflatten();
        odd[Pointer(path)] = json::array({1});
        const auto refused = parse_statement(odd.dump());
        INFO(path);
        REQUIRE_FALSE(refused);
        CHECK_FALSE(refused.error().field.empty());
        const std::string key = path.substr(path.rfind('/') + 1);
        CHECK(refused.error().field.find(key) != std::string::npos);
    }
}

TEST_CASE("a statement of another type, of several pictures or of none is refused") {
    json other = sample_json();
    other["predicateType"] = "urn:gotong:render:v2";
    CHECK_FALSE(parse_statement(other.dump()));
    json several = sample_json();
    several["subject"].push_back(several["subject"][0]);
    CHECK_FALSE(parse_statement(several.dump()));
    json none = sample_json();
    none["subject"] = json::array();
    CHECK_FALSE(parse_statement(none.dump()));
    json bare = sample_json();
    bare["predicate"]["models"] = json::array();
    CHECK_FALSE(parse_statement(bare.dump()));
}

TEST_CASE("the same key twice is refused, so that two readers read the same") {
    std::string payload = statement_payload(test::SampleReceipt().statement).value();
    const std::string steps = "\"steps\":20";
    payload.replace(payload.find(steps), steps.size(), "\"steps\":20,\"steps\":50");
    CHECK_FALSE(parse_statement(payload));
}

TEST_CASE("text that is not UTF-8, and a statement that is too long, cannot be signed") {
    test::SampleReceipt sample;
    sample.statement.request.prompt_disclosed = "\xff";
    CHECK(statement_payload(sample.statement).error().code == ErrorCode::invalid_argument);
    sample.statement.request.prompt_disclosed = std::string(kMaxPayload, 'x');
    CHECK(statement_payload(sample.statement).error().code == ErrorCode::invalid_argument);
}

}  // namespace
}  // namespace gotong::receipt
