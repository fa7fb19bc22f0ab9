// An offer is read back as it was, and nothing else is read.
#include "common/offer/offer.h"

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>

namespace gotong {
namespace {

Offer sample() {
    Offer offer;
    offer.job.bytes.fill(0x5a);
    offer.attempt = 3;
    offer.spec = {.model = "emoji",
                  .prompt = "a red apple",
                  .negative_prompt = "worms",
                  .width = 512,
                  .height = 256,
                  .steps = 25,
                  .guidance = 5.0,
                  .sampler = "euler",
                  .schedule = "normal",
                  .seed = 7,
                  .is_private = true};
    offer.model_digest = std::string(64, 'a');
    offer.prompt_salt = std::string(32, '\x01');
    offer.pool_key_id = std::string(64, 'b');
    return offer;
}

TEST_CASE("an offer is read back as it was") {
    const Offer read = parse_offer(offer_payload(sample())).value();
    CHECK(read.job == sample().job);
    CHECK(read.attempt == 3);
    CHECK(read.spec == sample().spec);
    CHECK(read.model_digest == sample().model_digest);
    CHECK(read.prompt_salt == sample().prompt_salt);
    CHECK(read.pool_key_id == sample().pool_key_id);
    CHECK(offer_payload(read) == offer_payload(sample()));
}

TEST_CASE("an offer with a field missing, added or of another kind is refused by its name") {
    const auto whole = nlohmann::json::parse(offer_payload(sample()));
    for (const auto& [key, value] : whole.items()) {
        INFO(key);
        nlohmann::json json = whole;
        json.erase(key);
        CHECK(parse_offer(json.dump()).error().field == key);
        json[key] = true;
        CHECK(parse_offer(json.dump()).error().field == key);
    }
    nlohmann::json json = whole;
    json["surprise"] = 1;
    CHECK(parse_offer(json.dump()).error().message == "surprise is an unknown key");
}

TEST_CASE("ids, digests and salts have one length and one spelling") {
    const auto refuses = [](const char* key, const std::string& value) {
        auto json = nlohmann::json::parse(offer_payload(sample()));
        json[key] = value;
        return !parse_offer(json.dump()).has_value();
    };
    CHECK(refuses("job", std::string(32, 'A')));
    CHECK(refuses("job", std::string(31, 'a')));
    CHECK(refuses("modelDigest", std::string(63, 'a')));
    CHECK(refuses("poolKeyId", std::string(64, 'G')));
    CHECK(refuses("promptSalt", "AAAA"));
}

TEST_CASE("what is not one JSON object is no offer") {
    const std::string payload = offer_payload(sample());
    for (const std::string& text : {std::string(), std::string("[]"), payload + " x",
                                    payload.substr(1), "{\"job\":\"\"," + payload.substr(1)}) {
        INFO(text);
        CHECK(!parse_offer(text).has_value());
    }
}

TEST_CASE("the largest prompts that intake takes fit an offer") {
    Offer offer = sample();
    offer.spec.prompt = std::string(4'000, '"');  // Two bytes each when escaped.
    offer.spec.negative_prompt = std::string(4'000, '\n');
    CHECK(parse_offer(offer_payload(offer)).value().spec == offer.spec);
}

}  // namespace
}  // namespace gotong
