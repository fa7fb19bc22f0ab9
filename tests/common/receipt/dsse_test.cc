// Envelopes: the specification's own vector, and that one text means one envelope.
#include "common/receipt/dsse.h"

#include <rapidcheck.h>

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/support/receipt/sample.h"

namespace gotong::receipt {
namespace {

TEST_CASE("the bytes that are signed are those of the DSSE specification") {
    CHECK(pae("http://example.com/HelloWorld", "hello world") ==
          "DSSEv1 29 http://example.com/HelloWorld 11 hello world");
    CHECK(pae("", "") == "DSSEv1 0  0 ");
}

TEST_CASE("an envelope is signed by those who signed it, and by nobody else") {
    const auto worker = crypto::SigningKey::generate();
    const auto pool = crypto::SigningKey::generate();
    Envelope envelope = sign_envelope("type/one", "payload", worker);
    CHECK(is_signed_by(envelope, worker.public_key()));
    CHECK_FALSE(is_signed_by(envelope, pool.public_key()));
    countersign(envelope, pool);
    CHECK(is_signed_by(envelope, worker.public_key()));
    CHECK(is_signed_by(envelope, pool.public_key()));
}

TEST_CASE("a signature for one type of payload is none for another") {
    const auto key = crypto::SigningKey::generate();
    Envelope envelope = sign_envelope("type/one", "payload", key);
    envelope.payload_type = "type/two";
    CHECK_FALSE(is_signed_by(envelope, key.public_key()));
}

TEST_CASE("type and payload cannot be divided in another place") {
    const auto key = crypto::SigningKey::generate();
    Envelope envelope = sign_envelope("type", "one two", key);
    envelope.payload_type = "type one";
    envelope.payload = "two";
    CHECK_FALSE(is_signed_by(envelope, key.public_key()));
}

TEST_CASE("the key id is a hint that proves nothing") {
    const auto key = crypto::SigningKey::generate();
    const auto other = crypto::SigningKey::generate();
    Envelope envelope = sign_envelope("type", "payload", other);
    envelope.signatures[0].key_id = crypto::key_id(key.public_key());
    CHECK_FALSE(is_signed_by(envelope, key.public_key()));
}

TEST_CASE("an envelope of any bytes is read as it was written") {
    const auto key = crypto::SigningKey::generate();
    CHECK(rc::check([&key](const std::string& payload) {
        const Envelope envelope = sign_envelope("a/type", payload, key);
        RC_ASSERT(parse_envelope(serialise(envelope)).value() == envelope);
    }));
}

TEST_CASE("an envelope has one spelling") {
    const std::string text =
        serialise(sign_envelope("t", "payload", crypto::SigningKey::generate()));
    REQUIRE(parse_envelope(text));
    CHECK_FALSE(parse_envelope(text + "\n"));
    CHECK_FALSE(parse_envelope(" " + text));
    CHECK_FALSE(parse_envelope(nlohmann::ordered_json::parse(text).dump(1)));
    CHECK_FALSE(parse_envelope(nlohmann::json::parse(text).dump()));  // Keys in another order.
    CHECK_FALSE(parse_envelope(text.substr(0, text.size() - 1) + ",\"more\":1}"));
    CHECK_FALSE(parse_envelope("{\"payloadType\":\"\\u0074\"" + text.substr(18)));
}

TEST_CASE("envelopes beyond the limits are refused") {
    const auto key = crypto::SigningKey::generate();
    CHECK(parse_envelope(serialise(sign_envelope("t", std::string(kMaxPayload, 'x'), key))));
    CHECK_FALSE(
        parse_envelope(serialise(sign_envelope("t", std::string(kMaxPayload + 1, 'x'), key))));
    CHECK_FALSE(parse_envelope(serialise(sign_envelope(std::string(129, 't'), "x", key))));
    Envelope crowded = sign_envelope("t", "x", key);
    for (std::size_t i = 0; i < kMaxSignatures; ++i) countersign(crowded, key);
    CHECK_FALSE(parse_envelope(serialise(crowded)));
}

TEST_CASE("an envelope that lacks a part, or holds a part of another kind, is refused") {
    const auto whole = to_json(sign_envelope("t", "payload", crypto::SigningKey::generate()));
    for (const char* key : {"payloadType", "payload", "signatures"}) {
        auto lacking = whole;
        lacking.erase(key);
        CHECK_FALSE(parse_envelope(lacking.dump()));
        auto odd = whole;
        odd[key] = 7;
        CHECK_FALSE(parse_envelope(odd.dump()));
    }
    auto unsigned_one = whole;
    unsigned_one["signatures"][0]["sig"] = "AAAA";
    CHECK_FALSE(parse_envelope(unsigned_one.dump()));
    auto unnamed = whole;
    unnamed["signatures"][0]["keyid"] = "short";
    CHECK_FALSE(parse_envelope(unnamed.dump()));
}

TEST_CASE("no change of one character makes another envelope of the same text") {
    const Envelope envelope = sign_envelope("t", "payload", crypto::SigningKey::generate());
    const std::string text = serialise(envelope);
    CHECK(rc::check([&] {
        std::string changed = text;
        changed[*rc::gen::inRange<std::size_t>(0, text.size())] = *rc::gen::arbitrary<char>();
        const auto read = parse_envelope(changed);
        if (read) RC_ASSERT((*read == envelope) == (changed == text));
    }));
}

}  // namespace
}  // namespace gotong::receipt
