// A result, good but for one thing at a time. Statements are signed with real keys, pictures lie in
// a real folder.
#include "coordinator/verify/verifier.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <fstream>

#include "common/crypto/sha256.h"
#include "common/png/text_chunk.h"
#include "common/receipt/picture.h"
#include "coordinator/blob/folder.h"
#include "tests/support/receipt/sample.h"
#include "tests/support/temp_dir.h"

namespace gotong::verify {
namespace {

using Catch::Matchers::ContainsSubstring;

struct Bench {
    // Puts the picture where the worker would, and makes the statement follow from it.
    void upload(const std::string& blob) {
        sample.blob = blob;
        sample.statement.output.sha256 = crypto::sha256(as_bytes(blob));
        REQUIRE(blobs->put(sample.statement.output.sha256, as_bytes(blob)));
    }

    receipt::Envelope signed_by(const crypto::SigningKey& key) const {
        return receipt::sign_envelope(std::string(receipt::kStatementPayloadType),
                                      receipt::statement_payload(sample.statement).value(), key);
    }

    Claim claim() const {
        return {.envelope = signed_by(sample.worker_key),
                .worker = sample.worker_key.public_key(),
                .blob_sha256 = sample.statement.output.sha256,
                .blob_size = sample.blob.size()};
    }

    void check_refused(const Claim& claim, const std::string& why,
                       ErrorCode code = ErrorCode::invalid_argument) const {
        const Finding finding = verify_result(claim, *blobs);
        REQUIRE_FALSE(finding.verdict);
        CHECK(finding.verdict.error().code == code);
        CHECK_THAT(finding.verdict.error().message, ContainsSubstring(why));
    }

    Bench() { upload(sample.blob); }

    test::TempDir folder;
    std::unique_ptr<blob::BlobStore> blobs = blob::open_folder(folder / "blobs").value();
    test::SampleReceipt sample;
};

TEST_CASE("an honest result is found good, with its statement") {
    const Bench bench;
    const Claim claim = bench.claim();
    const Finding finding = verify_result(claim, *bench.blobs);
    REQUIRE(finding.verdict);
    CHECK(finding.statement == bench.sample.statement);
    CHECK(finding.statement_sha256 == crypto::sha256(as_bytes(claim.envelope.payload)));
}

TEST_CASE("a statement that another key signed is refused") {
    const Bench bench;
    const auto stranger = crypto::SigningKey::generate();
    Claim claim = bench.claim();
    claim.envelope = bench.signed_by(stranger);
    bench.check_refused(claim, "names another key");
    claim.envelope.signatures[0].key_id = crypto::key_id(claim.worker);
    bench.check_refused(claim, "is not the worker's");
}

TEST_CASE("a signature by the right key under another name is refused") {
    const Bench bench;
    Claim claim = bench.claim();
    claim.envelope.signatures[0].key_id = "0";
    bench.check_refused(claim, "names another key");
}

TEST_CASE("no bit of statement or signature can be another") {
    const Bench bench;
    const Claim good = bench.claim();
    for (std::size_t at = 0; at < good.envelope.payload.size(); ++at) {
        Claim claim = good;
        claim.envelope.payload[at] = static_cast<char>(claim.envelope.payload[at] ^ 1);
        CHECK_FALSE(verify_result(claim, *bench.blobs).verdict);
    }
    for (std::size_t at = 0; at < 64; ++at) {
        Claim claim = good;
        claim.envelope.signatures[0].signature.bytes[at] ^= 1U;
        CHECK_FALSE(verify_result(claim, *bench.blobs).verdict);
    }
}

TEST_CASE("a statement has exactly one signature") {
    const Bench bench;
    Claim claim = bench.claim();
    receipt::countersign(claim.envelope, bench.sample.pool_key);
    bench.check_refused(claim, "must have one signature");
    claim.envelope.signatures.clear();
    bench.check_refused(claim, "must have one signature");
}

TEST_CASE("an envelope of another kind is refused, though the worker signed it") {
    const Bench bench;
    Claim claim = bench.claim();
    claim.envelope = receipt::sign_envelope("application/vnd.gotong.hello.v1",
                                            claim.envelope.payload, bench.sample.worker_key);
    bench.check_refused(claim, "does not hold a statement about a picture");
}

TEST_CASE("a payload that is no statement is refused, though the worker signed it") {
    const Bench bench;
    Claim claim = bench.claim();
    claim.envelope = receipt::sign_envelope(std::string(receipt::kStatementPayloadType), "{}",
                                            bench.sample.worker_key);
    bench.check_refused(claim, "read the statement");
}

TEST_CASE("a statement about another picture than the one handed in is refused") {
    Bench bench;
    Claim claim = bench.claim();
    claim.blob_sha256 = crypto::sha256(as_bytes("another"));
    bench.check_refused(claim, "about another picture");
}

TEST_CASE("a result whose picture was not uploaded is refused") {
    const Bench bench;
    REQUIRE(bench.blobs->remove(bench.sample.statement.output.sha256));
    bench.check_refused(bench.claim(), "not uploaded", ErrorCode::not_found);
}

TEST_CASE("a result that lies about the picture's size in bytes is refused") {
    const Bench bench;
    Claim claim = bench.claim();
    ++claim.blob_size;
    bench.check_refused(claim, "bytes, not");
}

TEST_CASE("a picture of another size than the statement's is refused") {
    Bench bench;
    bench.sample.statement.sampling.width = 512;
    bench.check_refused(bench.claim(), "the picture is 2x2, the statement says 512x2");
}

TEST_CASE("a picture with other pixels than the statement's is refused") {
    Bench bench;
    bench.sample.statement.output.pixel_sha256[0] ^= 1U;
    bench.check_refused(bench.claim(), "pixelSha256");
}

TEST_CASE("a file that is no sound picture is refused, though everything else fits") {
    Bench bench;
    bench.upload("GIF89a");
    bench.check_refused(bench.claim(), "the picture is refused");
}

TEST_CASE("a picture that comes with a receipt is refused, since the pool could not put one in") {
    Bench bench;
    const std::string receipt = png::make_text_chunk({receipt::kReceiptKeyword, "{}"}).value();
    std::string blob = bench.sample.blob;
    blob.insert(8 + 25, receipt);  // After IHDR, where the pool would not put it.
    bench.upload(blob);
    bench.check_refused(bench.claim(), "without a receipt");
}

TEST_CASE("a picture that the pool's own disk has damaged is not called the worker's fault") {
    Bench bench;
    const std::string hex = crypto::to_hex(bench.sample.statement.output.sha256);
    std::fstream file(bench.folder.path() / "blobs" / hex.substr(0, 2) / hex.substr(2, 2) / hex,
                      std::ios::in | std::ios::out);
    file.put('x');
    file.close();
    bench.check_refused(bench.claim(), "damaged on the pool's disk", ErrorCode::data_loss);
}

}  // namespace
}  // namespace gotong::verify
