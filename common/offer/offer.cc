#include "common/offer/offer.h"

#include <array>
#include <nlohmann/json.hpp>
#include <optional>

#include "common/bytes.h"
#include "common/crypto/base64.h"
#include "common/json/object_text.h"
#include "common/json/reader.h"
#include "common/json/strict.h"
#include "common/offer/spec_text.h"

namespace gotong {
namespace {

// Two prompts of 4,000 bytes, each byte escaped, and the rest.
constexpr std::size_t kMaxOffer = 32U << 10U;
constexpr std::size_t kSaltBytes = 32;
constexpr std::array kOfferKeys{"attempt", "job", "modelDigest", "poolKeyId", "promptSalt", "spec"};

JobId read_job(json::Reader& reader) {
    const auto id = JobId::from_hex(reader.text("job"));
    if (!id) reader.reject("job", "must be 32 lower-case hexadecimal digits");
    return id.value_or(JobId{});
}

std::string read_salt(json::Reader& reader) {
    const auto salt = crypto::base64_decode(reader.text("promptSalt"));
    if (salt && salt->size() == kSaltBytes) return *salt;
    reader.reject("promptSalt", "must be 32 bytes in base64");
    return {};
}

}  // namespace

std::string offer_payload(const Offer& offer) {
    return json::ObjectText()
        .number("attempt", offer.attempt)
        .text("job", offer.job.to_hex())
        .text("modelDigest", offer.model_digest)
        .text("poolKeyId", offer.pool_key_id)
        .text("promptSalt", crypto::base64_encode(as_bytes(offer.prompt_salt)))
        .json("spec", spec_text(offer.spec))
        .done();
}

Result<Offer> parse_offer(std::string_view payload) {
    auto json = json::parse_strict(payload, {.bytes = kMaxOffer});
    if (!json) return Failure{json.error().during("read the offer")};
    std::optional<Error> wrong;
    json::Reader reader(*json, wrong);
    if (wrong) return Failure{*wrong};
    reader.allow_only(kOfferKeys);

    Offer offer;
    offer.attempt = reader.u32("attempt");
    offer.job = read_job(reader);
    offer.model_digest = crypto::to_hex(reader.digest("modelDigest"));
    offer.pool_key_id = crypto::to_hex(reader.digest("poolKeyId"));
    offer.prompt_salt = read_salt(reader);
    reader.object("spec");
    if (wrong) return Failure{*wrong};

    auto spec = render_spec_from_json((*json)["spec"]);
    if (!spec) return Failure{spec.error().during("read the offer's spec")};
    offer.spec = std::move(*spec);
    return offer;
}

}  // namespace gotong
