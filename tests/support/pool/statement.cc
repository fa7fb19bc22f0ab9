#include "tests/support/pool/statement.h"

#include <vector>

#include "common/bytes.h"
#include "common/crypto/sha256.h"
#include "common/receipt/enrolment.h"
#include "common/receipt/pixel_digest.h"
#include "common/receipt/prompt_commitment.h"
#include "worker/image/png.h"

namespace gotong::test {
namespace {

std::vector<std::uint8_t> pattern(const RenderSpec& spec) {
    std::vector<std::uint8_t> rgb(std::size_t{3} * spec.width * spec.height);
    for (std::size_t i = 0; i < rgb.size(); ++i) {
        rgb[i] = static_cast<std::uint8_t>((i * 7 + spec.seed * 13) >> 3U);
    }
    return rgb;
}

receipt::SamplingClaim sampling_of(const RenderSpec& spec) {
    return {.seed = spec.seed,
            .rng = "philox4x32-10-cpu/v1",
            .sampler = spec.sampler,
            .schedule = spec.schedule,
            .steps = spec.steps,
            .guidance = spec.guidance,
            .width = spec.width,
            .height = spec.height};
}

std::optional<receipt::OriginalClaim> original_of(const RenderSpec& spec) {
    if (!spec.original) return std::nullopt;
    return receipt::OriginalClaim{
        .picture = spec.original->picture,
        .mask = spec.original->mask,
        .strength = spec.original->strength,
        .strength_rule = std::string(sampling::name_of(spec.original->rule))};
}

receipt::EngineClaim no_engine() {
    return {.name = "scripted",
            .version = "1",
            .commit = "unknown",
            .binary_sha256 = {},
            .libtorch = "none",
            .device = "cpu",
            .dtype = "float32",
            .attention = "none",
            .flags = {}};
}

}  // namespace

std::vector<model::FileDigest> test_model_files() {
    return {{"model_index.json", crypto::sha256(as_bytes("made up"))}};
}

Rendered render(const receipt::Envelope& offer_envelope, const receipt::Envelope& enrolment,
                const crypto::PublicKey& worker) {
    const Offer offer = parse_offer(offer_envelope.payload).value();
    const RenderSpec& spec = offer.spec;
    const std::vector<std::uint8_t> rgb = pattern(spec);
    Rendered rendered{.png = image::encode_png(spec.width, spec.height, rgb).value(),
                      .statement = {}};
    receipt::RenderStatement& statement = rendered.statement;
    statement.output.sha256 = crypto::sha256(as_bytes(rendered.png));
    statement.output.pixel_sha256 = receipt::pixel_digest(spec.width, spec.height, rgb);
    statement.job = {offer.job, offer.attempt, crypto::sha256(as_bytes(offer_envelope.payload))};
    statement.request.spec_sha256 = spec_sha256(spec);
    statement.request.prompt_commitment =
        receipt::prompt_commitment(offer.prompt_salt, spec.prompt);
    if (!spec.is_private) statement.request.prompt_disclosed = spec.prompt;
    statement.models = {{"pipeline", spec.model, "diffusers",
                         crypto::digest_from_hex(offer.model_digest).value(), test_model_files()}};
    statement.engine = no_engine();
    statement.sampling = sampling_of(spec);
    statement.trajectory = {crypto::sha256(as_bytes("latents")), steps_made(spec) + 1};
    statement.original = original_of(spec);
    statement.worker = {crypto::key_id(worker), crypto::sha256(as_bytes(enrolment.payload))};
    statement.pool = {receipt::parse_enrolment(enrolment.payload).value().pool, offer.pool_key_id};
    const WallTime now = SystemClock{}.now().wall;
    statement.times = {now, now, now};
    return rendered;
}

receipt::Envelope sign(const receipt::RenderStatement& statement, const crypto::SigningKey& key) {
    return receipt::sign_envelope(std::string(receipt::kStatementPayloadType),
                                  receipt::statement_payload(statement).value(), key);
}

}  // namespace gotong::test
