#include "common/receipt/dsse.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "common/crypto/base64.h"
#include "common/json/reader.h"
#include "common/json/strict.h"

namespace gotong::receipt {
namespace {

// Base64 of a payload and its envelope; JSON's own characters are few beside them.
constexpr std::size_t kMaxEnvelopeText = 2 * kMaxPayload;
constexpr std::size_t kKeyIdSize = 64;

EnvelopeSignature signature_by(const crypto::SigningKey& key, std::string_view bytes) {
    return {crypto::key_id(key.public_key()), key.sign(as_bytes(bytes))};
}

std::string decoded(json::Reader& reader, const char* key) {
    Result<std::string> bytes = crypto::base64_decode(reader.text(key));
    if (!bytes) reader.reject(key, "must be strict, padded base64");
    return bytes.value_or(std::string());
}

EnvelopeSignature read_signature(json::Reader& reader) {
    EnvelopeSignature read{reader.text("keyid"), {}};
    if (read.key_id.size() != kKeyIdSize) reader.reject("keyid", "must have 64 digits");
    const std::string bytes = decoded(reader, "sig");
    if (bytes.size() != read.signature.bytes.size()) {
        reader.reject("sig", "must be an Ed25519 signature, 64 bytes");
        return read;
    }
    std::copy(bytes.begin(), bytes.end(), read.signature.bytes.begin());
    return read;
}

}  // namespace

std::string pae(std::string_view payload_type, std::string_view payload) {
    std::string bytes = "DSSEv1 ";
    bytes.append(std::to_string(payload_type.size())).append(" ").append(payload_type);
    bytes.append(" ").append(std::to_string(payload.size())).append(" ").append(payload);
    return bytes;
}

Envelope sign_envelope(std::string payload_type, std::string payload,
                       const crypto::SigningKey& key) {
    Envelope envelope{std::move(payload_type), std::move(payload), {}};
    countersign(envelope, key);
    return envelope;
}

void countersign(Envelope& envelope, const crypto::SigningKey& key) {
    envelope.signatures.push_back(signature_by(key, pae(envelope.payload_type, envelope.payload)));
}

bool is_signed_by(const Envelope& envelope, const crypto::PublicKey& key) {
    const std::string bytes = pae(envelope.payload_type, envelope.payload);
    return std::any_of(envelope.signatures.begin(), envelope.signatures.end(),
                       [&](const EnvelopeSignature& one) {
                           return crypto::verify(key, as_bytes(bytes), one.signature);
                       });
}

nlohmann::ordered_json to_json(const Envelope& envelope) {
    auto signatures = nlohmann::ordered_json::array();
    for (const EnvelopeSignature& one : envelope.signatures) {
        signatures.push_back(nlohmann::ordered_json{
            {"keyid", one.key_id}, {"sig", crypto::base64_encode(one.signature.bytes)}});
    }
    return {{"payloadType", envelope.payload_type},
            {"payload", crypto::base64_encode(as_bytes(envelope.payload))},
            {"signatures", std::move(signatures)}};
}

std::string serialise(const Envelope& envelope) { return to_json(envelope).dump(); }

Result<Envelope> envelope_from_json(const nlohmann::json& json) {
    std::optional<Error> wrong;
    json::Reader reader(json, wrong);
    Envelope envelope{reader.text("payloadType"), decoded(reader, "payload"), {}};
    if (envelope.payload_type.size() > kMaxPayloadType) {
        reader.reject("payloadType", "may have at most 128 bytes");
    }
    if (envelope.payload.size() > kMaxPayload) {
        reader.reject("payload", "may have at most 32768 bytes");
    }
    for (json::Reader& signature : reader.objects("signatures", kMaxSignatures)) {
        envelope.signatures.push_back(read_signature(signature));
    }
    if (wrong) return Failure{wrong->during("envelope")};
    return envelope;
}

Result<Envelope> parse_envelope(std::string_view text) {
    const Result<nlohmann::json> json = json::parse_strict(text, {.bytes = kMaxEnvelopeText});
    if (!json) return Failure{json.error().during("envelope")};
    Result<Envelope> envelope = envelope_from_json(*json);
    if (envelope && serialise(*envelope) != text) {
        return fail(ErrorCode::invalid_argument, "envelope: not in its one spelling");
    }
    return envelope;
}

}  // namespace gotong::receipt
