#include "common/receipt/bundle.h"

#include "common/crypto/base64.h"
#include "common/json/reader.h"
#include "common/json/strict.h"
#include "common/receipt/prompt_commitment.h"
#include "common/text/plain_name.h"

namespace gotong::receipt {
namespace {

constexpr std::string_view kVersion = "1";

std::string decoded(json::Reader& reader, const char* key, std::size_t size) {
    Result<std::string> bytes = crypto::base64_decode(reader.text(key));
    if (!bytes || bytes->size() != size) {
        reader.reject(key, "must be strict, padded base64 of " + std::to_string(size) + " bytes");
        return {};
    }
    return *bytes;
}

Envelope read_envelope(const nlohmann::json& json, const char* key, json::Reader& reader) {
    reader.object(key);  // Says so when there is none.
    if (!json.contains(key)) return {};
    Result<Envelope> envelope = envelope_from_json(json.at(key));
    if (!envelope) reader.reject(key, "is no envelope: " + envelope.error().message);
    return envelope.value_or(Envelope{});
}

void read_pool(json::Reader reader, Bundle& bundle) {
    bundle.pool_name = reader.text("name");
    if (!text::is_plain_name(bundle.pool_name)) reader.reject("name", "must be a plain name");
    const std::string bytes = decoded(reader, "publicKey", bundle.pool_key.bytes.size());
    const Result<crypto::PublicKey> key = crypto::checked_public_key(as_bytes(bytes));
    if (!key) reader.reject("publicKey", "is refused: " + key.error().message);
    bundle.pool_key = key.value_or(crypto::PublicKey{});
}

Result<Bundle> read_bundle(const nlohmann::json& json) {
    std::optional<Error> wrong;
    json::Reader reader(json, wrong);
    if (reader.text("gotongReceipt") != kVersion) {
        reader.reject("gotongReceipt", "must be \"1\", the version that this program knows");
    }
    Bundle bundle;
    bundle.statement = read_envelope(json, "statement", reader);
    bundle.enrolment = read_envelope(json, "enrolment", reader);
    read_pool(reader.object("pool"), bundle);
    if (reader.has("promptSalt")) {
        bundle.prompt_salt = decoded(reader, "promptSalt", kPromptSaltBytes);
    }
    if (wrong) return Failure{wrong->during("receipt")};
    return bundle;
}

}  // namespace

std::string serialise(const Bundle& bundle) {
    nlohmann::ordered_json json{{"gotongReceipt", kVersion},
                                {"statement", to_json(bundle.statement)},
                                {"enrolment", to_json(bundle.enrolment)},
                                {"pool",
                                 {{"name", bundle.pool_name},
                                  {"publicKey", crypto::base64_encode(bundle.pool_key.bytes)}}}};
    if (bundle.prompt_salt) {
        json["promptSalt"] = crypto::base64_encode(as_bytes(*bundle.prompt_salt));
    }
    return json.dump();
}

Result<Bundle> parse_bundle(std::string_view text) {
    const Result<nlohmann::json> json = json::parse_strict(text, {.bytes = kMaxBundle});
    if (!json) return Failure{json.error().during("receipt")};
    Result<Bundle> bundle = read_bundle(*json);
    if (bundle && serialise(*bundle) != text) {
        return fail(ErrorCode::invalid_argument, "receipt: not in its one spelling");
    }
    return bundle;
}

}  // namespace gotong::receipt
