// The words of a verdict: the facts are in them, what is not proven is in them, and nothing of a
// stranger's text reaches the terminal raw.
#include "common/receipt/explain.h"

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "common/crypto/sha256.h"
#include "tests/support/receipt/sample.h"

namespace gotong::receipt {
namespace {

using test::SampleReceipt;

Verdict judge(const SampleReceipt& sample) {
    return verify_picture(sample.picture(), sample.trusted()).value();
}

bool says(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

TEST_CASE("a valid picture is explained with who, when, weights, settings and prompt") {
    const SampleReceipt sample;
    const std::string words = explain(judge(sample));
    CHECK(words.starts_with("VALID"));
    CHECK(says(words, "attic pc"));
    CHECK(says(words, crypto::worker_id_of(sample.worker_key.public_key()).to_hex()));
    CHECK(says(words, "pool \"home\""));
    CHECK(says(words, "2026-11-23T23:40:01.500Z to 2026-11-23T23:40:03.250Z"));
    CHECK(says(words, "emoji"));
    CHECK(says(words, crypto::to_hex(sample.statement.models[0].sha256)));
    CHECK(says(words, "2x2, 20 steps, euler_a / karras, guidance 4.5, seed 18446744073709551615"));
    CHECK(says(words, "a \"red\" apple\\u{a}"));
}

TEST_CASE(
    "what a picture began with is explained with its digests, and how far it was painted anew") {
    SampleReceipt sample;
    CHECK_FALSE(says(explain(judge(sample)), "begins with"));
    CHECK_FALSE(explain_as_json(judge(sample))["claims"].contains("original"));

    sample.statement.original = OriginalClaim{.strength = 0.6, .strength_rule = "a1111"};
    sample.statement.original->picture.fill(0xab);
    sample.statement.trajectory.leaves = 14;
    const std::string picture = crypto::to_hex(sample.statement.original->picture);
    CHECK(says(explain(judge(sample)),
               "picture " + picture + ", strength 0.6 (a1111: 13 of 20 steps)"));

    sample.statement.original->mask.emplace().fill(0xcd);
    const std::string mask = crypto::to_hex(*sample.statement.original->mask);
    CHECK(says(explain(judge(sample)), "picture " + picture + ", mask " + mask));
    const auto claim = explain_as_json(judge(sample))["claims"]["original"];
    CHECK(claim["picture_sha256"] == picture);
    CHECK(claim["mask_sha256"] == mask);
    CHECK(claim["strength"] == 0.6);
    CHECK(claim["strength_rule"] == "a1111");
}

TEST_CASE("what the engine did to save memory is told with the engine") {
    SampleReceipt sample;
    sample.statement.engine.flags = {"vae-tiling=64/0.25"};
    CHECK(says(explain(judge(sample)), ", vae-tiling=64/0.25\n"));
    const auto json = nlohmann::json::parse(explain_as_json(judge(sample)).dump());
    CHECK(json["claims"]["engine"]["flags"] == nlohmann::json{"vae-tiling=64/0.25"});
}

TEST_CASE("what is not proven is said") {
    const std::string words = explain(judge(SampleReceipt()));
    CHECK(says(words, "Not proven:"));
    CHECK(says(words, "really ran this model"));
    CHECK(says(words, "worker's own clock"));
}

TEST_CASE("a private picture's prompt is called private, and that it is not proven") {
    const std::string words = explain(judge(SampleReceipt(test::Prompt::hidden)));
    CHECK(says(words, "private"));
    CHECK(says(words, "what the prompt was"));
    CHECK_FALSE(says(words, "apple"));
}

TEST_CASE("a forged picture's story is told as a claim only, and never as valid") {
    SampleReceipt lied;
    lied.statement.request.prompt_disclosed = "a green apple";
    const std::string words = explain(judge(lied));
    CHECK(words.starts_with("NOT VALID"));
    CHECK(says(words, "What it claims:"));
    CHECK(says(words, "FAILED  the prompt shown is not the one"));
}

TEST_CASE("an unknown pool's picture says so and shows the key to compare") {
    const SampleReceipt sample;
    const std::string words = explain(verify_picture(sample.picture(), {}).value());
    CHECK(words.starts_with("NOT TRUSTED"));
    CHECK(says(words, "pool key"));
}

TEST_CASE("a stranger's text cannot steer the terminal") {
    SampleReceipt sample;
    sample.enrolment.account = "\x1b[2J";
    sample.statement.models[0].name = "\x1b]0;x\x07";
    sample.statement.engine.device = "\xe2\x80\xae";
    sample.statement.original = OriginalClaim{.strength = 0.6, .strength_rule = "\x1b[2J"};
    const std::string words = explain(judge(sample));
    CHECK_FALSE(says(words, "\x1b"));
    CHECK_FALSE(says(words, "\x07"));
    CHECK_FALSE(says(words, "\xe2\x80\xae"));
}

TEST_CASE("the JSON holds the verdict, every check and the claims") {
    const SampleReceipt sample;
    const auto json = nlohmann::json::parse(explain_as_json(judge(sample)).dump());
    CHECK(json["verdict"] == "valid");
    CHECK(json["checks"].size() == 9);
    const auto& file = json["claims"]["models"][0]["files"][1];
    CHECK(file["path"] == "unet/diffusion_pytorch_model.safetensors");
    CHECK(file["sha256"] == crypto::to_hex(crypto::sha256(as_bytes("weights"))));
    for (const auto& check : json["checks"]) CHECK(check["passed"] == true);
    CHECK(json["claims"]["worker"]["name"] == "attic pc");
    CHECK(json["claims"]["sampling"]["seed"] == "18446744073709551615");
    CHECK(json["claims"]["prompt"] == *sample.statement.request.prompt_disclosed);
    CHECK(json["not_proven"].size() == 4);
}

TEST_CASE("a receipt that cannot be read is explained without claims") {
    const SampleReceipt sample;
    const Verdict verdict = verify_parts(sample.blob, "{}", sample.trusted());
    CHECK(explain(verdict).starts_with("NOT VALID"));
    const auto json = explain_as_json(verdict);
    CHECK(json["verdict"] == "invalid");
    CHECK_FALSE(json.contains("claims"));
}

TEST_CASE("only a valid picture exits with zero") {
    CHECK(exit_code(Outcome::valid) == 0);
    CHECK(exit_code(Outcome::not_trusted) == 1);
    CHECK(exit_code(Outcome::invalid) == 1);
}

}  // namespace
}  // namespace gotong::receipt
