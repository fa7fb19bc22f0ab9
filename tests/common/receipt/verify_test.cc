// What makes a picture valid, and that each single fault is found by the check that is meant for
// it. Every fault is signed properly by whoever commits it, so that no other check can catch it
// first.
#include "common/receipt/verify.h"

#include <catch2/catch_test_macros.hpp>
#include <string>
#include <utility>
#include <vector>

#include "common/crypto/sha256.h"
#include "common/png/chunks.h"
#include "common/receipt/picture.h"
#include "tests/support/receipt/sample.h"

namespace gotong::receipt {
namespace {

using test::SampleReceipt;

// The names of the checks that failed.
std::vector<std::string> failed(const Verdict& verdict) {
    std::vector<std::string> names;
    for (const Check& check : verdict.checks) {
        if (!check.passed) names.push_back(check.name);
    }
    return names;
}

using Names = std::vector<std::string>;

Verdict judge(const SampleReceipt& sample) {
    return verify_picture(sample.picture(), sample.trusted()).value();
}

Verdict judge(const SampleReceipt& sample, const Bundle& bundle) {
    return verify_parts(sample.blob, serialise(bundle), sample.trusted());
}

TEST_CASE("a picture of a known pool is valid, with its prompt shown or hidden") {
    for (const auto prompt : {test::Prompt::disclosed, test::Prompt::hidden}) {
        const SampleReceipt sample(prompt);
        const Verdict verdict = judge(sample);
        CHECK(verdict.outcome == Outcome::valid);
        CHECK(failed(verdict) == Names{});
        CHECK(verdict.statement == sample.statement);
        CHECK(verdict.enrolment == sample.enrolment);
    }
}

TEST_CASE("a picture signed again with freshly made keys is not trusted") {
    const SampleReceipt known;
    const SampleReceipt forged;  // Sound in itself, and its pool has the same name.
    const Verdict verdict = verify_picture(forged.picture(), known.trusted()).value();
    CHECK(verdict.outcome == Outcome::not_trusted);
    CHECK(failed(verdict) == Names{"trust"});
    CHECK(verify_picture(forged.picture(), {}).value().outcome == Outcome::not_trusted);
}

TEST_CASE("a picture that was changed is found out") {
    const SampleReceipt sample;
    std::string blob = sample.blob;
    blob.insert(blob.size() - 12, png::make_chunk("tIME", "1234567"));
    const Verdict verdict = verify_parts(blob, serialise(sample.bundle()), sample.trusted());
    CHECK(verdict.outcome == Outcome::invalid);
    CHECK(failed(verdict) == Names{"picture"});
}

TEST_CASE("a statement that was changed after signing fails both signatures") {
    SampleReceipt sample;
    Bundle bundle = sample.bundle();
    sample.statement.sampling.steps = 50;
    bundle.statement.payload = statement_payload(sample.statement).value();
    CHECK(failed(judge(sample, bundle)) == Names{"worker_signature", "pool_signature"});
}

TEST_CASE("a worker cannot put another worker's key id into its statement") {
    SampleReceipt sample;
    sample.statement.worker.key_id = crypto::key_id(crypto::SigningKey::generate().public_key());
    CHECK(failed(judge(sample)) == Names{"worker_signature"});
}

TEST_CASE("a statement without the pool's countersignature is not accepted") {
    const SampleReceipt sample;
    Bundle bundle = sample.bundle();
    bundle.statement.signatures.pop_back();
    CHECK(failed(judge(sample, bundle)) == Names{"worker_signature", "pool_signature"});
    bundle.statement.signatures.clear();
    CHECK(judge(sample, bundle).outcome == Outcome::invalid);
}

TEST_CASE("a countersignature by another key is found out") {
    const SampleReceipt sample;
    Bundle bundle = sample.bundle();
    bundle.statement.signatures.pop_back();
    countersign(bundle.statement, crypto::SigningKey::generate());
    CHECK(failed(judge(sample, bundle)) == Names{"pool_signature"});
}

TEST_CASE("signatures in the other order, or a third one, are not this format") {
    const SampleReceipt sample;
    Bundle swapped = sample.bundle();
    std::swap(swapped.statement.signatures[0], swapped.statement.signatures[1]);
    CHECK(judge(sample, swapped).outcome == Outcome::invalid);
    Bundle third = sample.bundle();
    countersign(third.statement, sample.pool_key);
    CHECK(judge(sample, third).outcome == Outcome::invalid);
}

TEST_CASE("the key id beside a signature must be right although it proves nothing") {
    const SampleReceipt sample;
    Bundle bundle = sample.bundle();
    bundle.statement.signatures[1].key_id = std::string(64, 'a');
    CHECK(failed(judge(sample, bundle)) == Names{"pool_signature"});
    bundle = sample.bundle();
    bundle.enrolment.signatures[0].key_id = std::string(64, 'a');
    CHECK(failed(judge(sample, bundle)) == Names{"enrolment"});
}

TEST_CASE("a worker that enrolled itself is found out") {
    const SampleReceipt sample;
    Bundle bundle = sample.bundle();
    bundle.enrolment =
        sign_envelope(bundle.enrolment.payload_type, bundle.enrolment.payload, sample.worker_key);
    CHECK(failed(judge(sample, bundle)) == Names{"enrolment"});
}

TEST_CASE("an enrolment of another worker of the same pool does not help") {
    SampleReceipt sample;
    sample.enrolment.worker = crypto::SigningKey::generate().public_key();
    CHECK(failed(judge(sample)) == Names{"worker_signature", "enrolment"});
}

TEST_CASE("an enrolment that the statement does not name is refused, though the pool signed it") {
    SampleReceipt sample;
    sample.enrolment.account = "renamed";
    CHECK(failed(judge(sample)) == Names{"enrolment"});
}

TEST_CASE("an enrolment for another pool's name is refused") {
    SampleReceipt sample;
    Bundle bundle = sample.bundle();
    bundle.pool_name = "other";
    CHECK(failed(judge(sample, bundle)) == Names{"enrolment", "pool_signature"});
}

TEST_CASE("a pool may not be its own worker") {
    const std::string seed(32, '\x07');
    SampleReceipt sample;
    sample.pool_key = crypto::SigningKey::from_seed(as_bytes(seed)).value();
    sample.worker_key = crypto::SigningKey::from_seed(as_bytes(seed)).value();
    sample.enrolment.worker = sample.worker_key.public_key();
    sample.statement.worker = {
        crypto::key_id(sample.worker_key.public_key()),
        crypto::sha256(as_bytes(enrolment_payload(sample.enrolment).value()))};
    sample.statement.pool.key_id = crypto::key_id(sample.pool_key.public_key());
    CHECK(failed(judge(sample)) == Names{"enrolment"});
}

TEST_CASE("a statement outside the time of the enrolment is refused") {
    SampleReceipt late;
    late.enrolment.not_after = late.statement.times.finished - 1ms;
    late.statement.worker.enrolment_sha256 =
        crypto::sha256(as_bytes(enrolment_payload(late.enrolment).value()));
    CHECK(failed(judge(late)) == Names{"enrolment_period"});
    SampleReceipt early;
    early.enrolment.not_before = early.statement.times.finished + 1ms;
    early.statement.worker.enrolment_sha256 =
        crypto::sha256(as_bytes(enrolment_payload(early.enrolment).value()));
    CHECK(failed(judge(early)) == Names{"enrolment_period"});
}

TEST_CASE("an envelope of one kind does not pass for another") {
    const SampleReceipt sample;
    Bundle bundle = sample.bundle();
    bundle.enrolment = sign_envelope("application/vnd.gotong.offer.v1+json",
                                     bundle.enrolment.payload, sample.pool_key);
    CHECK(failed(judge(sample, bundle)) == Names{"enrolment"});
}

TEST_CASE("a statement for another pool is not accepted by this one") {
    SampleReceipt sample;
    sample.statement.pool.key_id = std::string(64, 'a');
    CHECK(failed(judge(sample)) == Names{"pool_signature"});
}

TEST_CASE(
    "a prompt that is not the committed one is found out, and salt comes with a prompt only") {
    SampleReceipt lied;
    lied.statement.request.prompt_disclosed = "a green apple";
    CHECK(failed(judge(lied)) == Names{"prompt"});
    const SampleReceipt sample;
    Bundle unsalted = sample.bundle();
    unsalted.prompt_salt.reset();
    CHECK(failed(judge(sample, unsalted)) == Names{"prompt"});
    const SampleReceipt hidden(test::Prompt::hidden);
    Bundle salted = hidden.bundle();
    salted.prompt_salt = hidden.prompt_salt;
    CHECK(failed(judge(hidden, salted)) == Names{"prompt"});
}

TEST_CASE("a list of files that is not the model's is found out") {
    SampleReceipt swapped;
    swapped.statement.models[0].files[1].sha256 = crypto::sha256(as_bytes("other weights"));
    CHECK(failed(judge(swapped)) == Names{"weights"});
    SampleReceipt left_out;
    left_out.statement.models[0].files.pop_back();
    CHECK(failed(judge(left_out)) == Names{"weights"});
}

TEST_CASE("a receipt that cannot be read is invalid, a file without one is no case at all") {
    const SampleReceipt sample;
    const std::string garbled = put_receipt(sample.blob, "{}").value();
    CHECK(failed(verify_picture(garbled, sample.trusted()).value()) == Names{"receipt"});
    CHECK(verify_picture(sample.blob, sample.trusted()).error().code == ErrorCode::not_found);
    CHECK(verify_picture("GIF89a", sample.trusted()).error().code == ErrorCode::invalid_argument);
}

TEST_CASE("a receipt that does not stand in its place is invalid, not absent") {
    const SampleReceipt sample;
    std::string picture = sample.picture();
    picture.insert(picture.size() - 12, png::make_chunk("tIME", "1234567"));
    CHECK(failed(verify_picture(picture, sample.trusted()).value()) == Names{"receipt"});
}

}  // namespace
}  // namespace gotong::receipt
