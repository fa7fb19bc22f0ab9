// The receipt's outer text: one spelling, and nothing in it that may be left to chance.
#include "common/receipt/bundle.h"

#include <rapidcheck.h>

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "common/crypto/base64.h"
#include "tests/support/receipt/sample.h"

namespace gotong::receipt {
namespace {

nlohmann::ordered_json sample_json() {
    return nlohmann::ordered_json::parse(serialise(test::SampleReceipt().bundle()));
}

TEST_CASE("a receipt is read as it was written") {
    for (const auto prompt : {test::Prompt::disclosed, test::Prompt::hidden}) {
        const Bundle bundle = test::SampleReceipt(prompt).bundle();
        CHECK(parse_bundle(serialise(bundle)) == bundle);
    }
}

TEST_CASE("a receipt has one spelling") {
    const auto whole = sample_json();
    const std::string text = whole.dump();
    REQUIRE(parse_bundle(text));
    CHECK_FALSE(parse_bundle(text + "\n"));
    CHECK_FALSE(parse_bundle(whole.dump(2)));
    CHECK_FALSE(parse_bundle(nlohmann::json::parse(text).dump()));  // Keys in another order.
    auto more = whole;
    more["remark"] = "hello";
    CHECK_FALSE(parse_bundle(more.dump()));
    auto inner = whole;
    inner["pool"]["remark"] = "hello";
    CHECK_FALSE(parse_bundle(inner.dump()));
    auto signature = whole;
    signature["statement"]["signatures"][0]["remark"] = "hello";
    CHECK_FALSE(parse_bundle(signature.dump()));
}

TEST_CASE("a receipt of another version or without one of its parts is refused") {
    for (const char* key : {"gotongReceipt", "statement", "enrolment", "pool"}) {
        auto lacking = sample_json();
        lacking.erase(key);
        INFO(key);
        CHECK_FALSE(parse_bundle(lacking.dump()));
        auto odd = sample_json();
        odd[key] = "2";
        CHECK_FALSE(parse_bundle(odd.dump()));
    }
}

TEST_CASE("an unsound pool key, an odd pool name and a short salt are refused") {
    auto weak = sample_json();
    weak["pool"]["publicKey"] = crypto::base64_encode(as_bytes(std::string(32, '\0')));
    CHECK_FALSE(parse_bundle(weak.dump()));
    auto odd = sample_json();
    odd["pool"]["name"] = "../home";
    CHECK_FALSE(parse_bundle(odd.dump()));
    auto bland = sample_json();
    bland["promptSalt"] = "AAAA";
    CHECK_FALSE(parse_bundle(bland.dump()));
}

TEST_CASE("no change of one character leaves a receipt that means the same") {
    const Bundle bundle = test::SampleReceipt().bundle();
    const std::string text = serialise(bundle);
    CHECK(rc::check([&] {
        std::string changed = text;
        changed[*rc::gen::inRange<std::size_t>(0, text.size())] = *rc::gen::arbitrary<char>();
        const auto read = parse_bundle(changed);
        if (read) RC_ASSERT((*read == bundle) == (changed == text));
    }));
}

}  // namespace
}  // namespace gotong::receipt
