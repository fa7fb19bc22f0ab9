// The offer of one attempt at one job: what the pool signs and a worker renders.
//
// The payload of a DSSE envelope of type application/vnd.gotong.offer.v1+json. A result names the
// SHA-256 of the payload's bytes, so the bytes are kept as they were sent and never made again.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/ids.h"
#include "common/offer/render_spec.h"
#include "common/result.h"

namespace gotong {

inline constexpr std::string_view kOfferPayloadType = "application/vnd.gotong.offer.v1+json";

struct Offer {
    JobId job;
    std::uint32_t attempt = 0;  // Fencing token.
    RenderSpec spec;
    std::string model_digest;  // Hexadecimal: the manifest's digest.
    std::string prompt_salt;   // 32 raw bytes: key of the prompt commitment.
    std::string pool_key_id;   // Hexadecimal.
};

// The payload's bytes.
std::string offer_payload(const Offer& offer);

// invalid_argument names the key at fault. Unknown keys are refused: an offer is for this version.
Result<Offer> parse_offer(std::string_view payload);

}  // namespace gotong
