#include "tests/support/receipt/sample.h"

#include "common/crypto/random.h"
#include "common/crypto/sha256.h"
#include "common/png/chunks.h"
#include "common/receipt/picture.h"
#include "common/receipt/pixel_digest.h"
#include "common/receipt/prompt_commitment.h"
#include "common/text/rfc3339.h"

namespace gotong::test {
namespace {

constexpr const char* kPrompt = "a \"red\" apple\n\xf0\x9f\x8d\x8e";

// Rows with filter 0, in zlib's stored form: what the picture holds can be read off.
std::string tiny_png() {
    const std::string rows{"\0\xff\0\0\0\xff\0\0\0\0\xff\x09\x08\x07", 14};
    const std::string zlib =
        std::string("\x78\x01\x01\x0e\0\xf1\xff", 7) + rows + "\x1a\x26\x03\x16";
    return "\x89PNG\r\n\x1a\n" +
           png::make_chunk("IHDR", std::string("\0\0\0\2\0\0\0\2\x08\2\0\0\0", 13)) +
           png::make_chunk("IDAT", zlib) + png::make_chunk("IEND", "");
}

Digest pixels_of_tiny_png() {
    constexpr std::uint8_t rgb[] = {255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 8, 7};
    return receipt::pixel_digest(2, 2, rgb);
}

WallTime at(const char* text) { return text::from_rfc3339(text).value(); }

receipt::RenderStatement filled_statement() {
    receipt::RenderStatement statement;
    statement.job = {crypto::random_id<JobId>(), 1, crypto::sha256(as_bytes("an offer"))};
    statement.request.spec_sha256 = crypto::sha256(as_bytes("a specification"));
    const std::vector<model::FileDigest> files{
        {"model_index.json", crypto::sha256(as_bytes("an index"))},
        {"unet/diffusion_pytorch_model.safetensors", crypto::sha256(as_bytes("weights"))}};
    statement.models = {{"pipeline", "emoji", "diffusers", model::digest_of(files), files}};
    statement.engine = {"gotong-engine", "0.1.0", "unknown", crypto::sha256(as_bytes("a program")),
                        "2.13.0",        "cpu",   "float32", "sdpa",
                        {"onednn"}};
    statement.sampling = {
        18446744073709551615U, "philox4x32-10-cpu/v1", "euler_a", "karras", 20, 4.5, 2, 2};
    statement.trajectory = {crypto::sha256(as_bytes("latents")), 21};
    statement.times = {at("2026-11-23T23:40:00.000Z"), at("2026-11-23T23:40:01.500Z"),
                       at("2026-11-23T23:40:03.250Z")};
    return statement;
}

}  // namespace

SampleReceipt::SampleReceipt(Prompt prompt) : blob(tiny_png()), statement(filled_statement()) {
    enrolment = {worker_key.public_key(), "attic pc", "home", at("2026-11-01T00:00:00.000Z"),
                 at("2027-01-30T00:00:00.000Z")};
    prompt_salt = as_text(crypto::sha256(worker_key.public_key().bytes));
    statement.output = {"output/0.png", crypto::sha256(as_bytes(blob)), pixels_of_tiny_png()};
    statement.request.prompt_commitment = receipt::prompt_commitment(prompt_salt, kPrompt);
    if (prompt == Prompt::disclosed) statement.request.prompt_disclosed = kPrompt;
    statement.worker.key_id = crypto::key_id(worker_key.public_key());
    statement.pool = {enrolment.pool, crypto::key_id(pool_key.public_key())};
    statement.worker.enrolment_sha256 =
        crypto::sha256(as_bytes(receipt::enrolment_payload(enrolment).value()));
}

receipt::Bundle SampleReceipt::bundle() const {
    receipt::Bundle bundle;
    bundle.statement =
        receipt::sign_envelope(std::string(receipt::kStatementPayloadType),
                               receipt::statement_payload(statement).value(), worker_key);
    receipt::countersign(bundle.statement, pool_key);
    bundle.enrolment =
        receipt::sign_envelope(std::string(receipt::kEnrolmentPayloadType),
                               receipt::enrolment_payload(enrolment).value(), pool_key);
    bundle.pool_name = enrolment.pool;
    bundle.pool_key = pool_key.public_key();
    if (statement.request.prompt_disclosed) bundle.prompt_salt = prompt_salt;
    return bundle;
}

std::string SampleReceipt::picture() const {
    return receipt::put_receipt(blob, receipt::serialise(bundle())).value();
}

}  // namespace gotong::test
