// DSSE 1.0 envelopes: bytes, what kind of bytes they are, and signatures over both.
//
// One payload type per kind of message, so that a signature made for one kind never passes for
// another. The payload is kept as it was received and never made again from what was read in it.
// A reader checks a signature first and looks into the payload afterwards.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "common/crypto/sign.h"
#include "common/result.h"

namespace gotong::receipt {

inline constexpr std::size_t kMaxPayload = 32U << 10U;  // An entry of a tlog-tiles log is < 64 KiB.
inline constexpr std::size_t kMaxPayloadType = 128;
inline constexpr std::size_t kMaxSignatures = 4;  // Worker, pool, and two to come.

struct EnvelopeSignature {
    std::string key_id;  // A hint by which to find the key; proves nothing.
    crypto::Signature signature;

    bool operator==(const EnvelopeSignature&) const = default;
};

struct Envelope {
    std::string payload_type;
    std::string payload;
    std::vector<EnvelopeSignature> signatures;

    bool operator==(const Envelope&) const = default;
};

// What is signed: "DSSEv1 <size of type> <type> <size of payload> <payload>".
std::string pae(std::string_view payload_type, std::string_view payload);

Envelope sign_envelope(std::string payload_type, std::string payload,
                       const crypto::SigningKey& key);

// Adds a signature over the same bytes, after those that are there.
void countersign(Envelope& envelope, const crypto::SigningKey& key);

// Whether one of the signatures is `key`'s. Key ids are not looked at.
bool is_signed_by(const Envelope& envelope, const crypto::PublicKey& key);

// The one spelling: keys in the order payloadType, payload, signatures (keyid, sig), padded
// standard base64, no spaces.
nlohmann::ordered_json to_json(const Envelope& envelope);
std::string serialise(const Envelope& envelope);

// The inverses. Errors: invalid_argument for a text that serialise() would not have written.
Result<Envelope> envelope_from_json(const nlohmann::json& json);
Result<Envelope> parse_envelope(std::string_view text);

}  // namespace gotong::receipt
