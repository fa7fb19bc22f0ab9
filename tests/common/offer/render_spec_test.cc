// The one spelling of a spec, its digest, and decimals. The digest was computed with sha256sum.
#include "common/offer/render_spec.h"

#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "common/bytes.h"
#include "common/crypto/sha256.h"

namespace gotong {
namespace {

RenderSpec sample() {
    return {.model = "emoji",
            .prompt = "a \"red\" apple \xf0\x9f\x8d\x8e",
            .negative_prompt = "",
            .width = 512,
            .height = 256,
            .steps = 25,
            .guidance = 7.5,
            .sampler = "dpmpp_2m",
            .schedule = "karras",
            .seed = std::numeric_limits<std::uint64_t>::max(),
            .is_private = false};
}

const std::string kSpelling =
    R"({"guidance":"7.5","height":256,"model":"emoji","negativePrompt":"","private":false,)"
    "\"prompt\":\"a \\\"red\\\" apple \xf0\x9f\x8d\x8e\","
    R"("sampler":"dpmpp_2m","schedule":"karras","seed":"18446744073709551615","steps":25,)"
    R"("width":512})";

// 20 steps at strength 0.6: A1111 makes floor(12) + 1, diffusers 12.
RenderSpec from_picture() {
    RenderSpec spec = sample();
    spec.steps = 20;
    spec.original = Original{.strength = 0.6, .rule = sampling::StrengthRule::diffusers};
    spec.original->picture.fill(0xab);
    return spec;
}

TEST_CASE("a spec has one spelling") { CHECK(to_json(sample()).dump() == kSpelling); }

TEST_CASE("a picture to begin with is spelt by its digest, how much of it, and whose rule") {
    std::string digest;
    for (int i = 0; i < 32; ++i) digest += "ab";
    CHECK(to_json(from_picture())["original"].dump() ==
          R"({"picture":")" + digest + R"(","strength":"0.6","strengthRule":"diffusers"})");
    CHECK(render_spec_from_json(to_json(from_picture())).value() == from_picture());
    RenderSpec masked = from_picture();
    masked.original->mask.emplace().fill(0xcd);
    CHECK(render_spec_from_json(to_json(masked)).value() == masked);
    CHECK(spec_sha256(masked) != spec_sha256(from_picture()));
}

TEST_CASE("what a spec says of an original is refused by its key") {
    for (const char* key : {"picture", "mask", "strength", "strengthRule", "surprise"}) {
        INFO(key);
        nlohmann::json json = to_json(from_picture());
        json["original"][key] = "no";
        CHECK(render_spec_from_json(json).error().field == std::string("original.") + key);
    }
    nlohmann::json json = to_json(from_picture());
    json["original"] = nullptr;
    CHECK(render_spec_from_json(json).error().field == "original");
}

TEST_CASE("a spec knows how many steps are made") {
    CHECK(steps_made(sample()) == 25);
    CHECK(steps_made(from_picture()) == 12);
    RenderSpec spec = from_picture();
    spec.original->rule = sampling::StrengthRule::a1111;
    CHECK(steps_made(spec) == 13);
}

TEST_CASE("the digest of a spec is SHA-256 of its spelling") {
    CHECK(crypto::to_hex(spec_sha256(sample())) ==
          "9ed996e6a53dc379c603b20f183bdfed366ac5eba1b67305f9ceadb22ba0dffb");
}

TEST_CASE("what is hashed and offered is spelt as the tree of a spec is") {
    RenderSpec masked = from_picture();
    masked.original->mask.emplace().fill(0xcd);
    masked.is_private = true;
    masked.prompt = "tab\t, quote\" and backslash\\";
    for (const RenderSpec& spec : {sample(), from_picture(), masked})
        CHECK(spec_sha256(spec) == crypto::sha256(as_bytes(to_json(spec).dump())));
}

TEST_CASE("a spec is read back as it was") {
    CHECK(render_spec_from_json(nlohmann::json::parse(kSpelling)) == sample());
}

TEST_CASE("a spec with a field missing, added or of another kind is refused by its name") {
    const nlohmann::json whole = to_json(sample());
    for (const auto& [key, value] : whole.items()) {
        INFO(key);
        nlohmann::json json = whole;
        json.erase(key);
        CHECK(render_spec_from_json(json).error().field == key);
        json[key] = nullptr;
        CHECK(render_spec_from_json(json).error().field == key);
    }
    nlohmann::json json = whole;
    json["surprise"] = 1;
    CHECK(render_spec_from_json(json).error().message == "surprise is an unknown key");
    CHECK(render_spec_from_json(nlohmann::json::array()).error().code ==
          ErrorCode::invalid_argument);
}

TEST_CASE("decimals are the shortest text that reads back as the same number") {
    CHECK(decimal_text(7.5) == "7.5");
    CHECK(decimal_text(5.0) == "5");
    CHECK(decimal_text(0.0) == "0");
    CHECK(decimal_text(0.1) == "0.1");
    CHECK(decimal_text(1e-7) == "0.0000001");
    CHECK(decimal_text(1e21) == "1000000000000000000000");
    for (double value = 0.0; value < 30.0; value = std::nextafter(value, 31.0) * 1.0137 + 1e-9) {
        CHECK(std::stod(decimal_text(value)) == value);
    }
}

}  // namespace
}  // namespace gotong
