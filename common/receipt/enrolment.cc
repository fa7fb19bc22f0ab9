#include "common/receipt/enrolment.h"

#include <optional>

#include "common/crypto/base64.h"
#include "common/json/reader.h"
#include "common/json/strict.h"
#include "common/receipt/dsse.h"
#include "common/text/plain_name.h"
#include "common/text/rfc3339.h"

namespace gotong::receipt {
namespace {

crypto::PublicKey read_key(json::Reader& reader, const char* key) {
    const Result<std::string> bytes = crypto::base64_decode(reader.text(key));
    if (!bytes) {
        reader.reject(key, "must be strict, padded base64");
        return {};
    }
    const Result<crypto::PublicKey> read = crypto::checked_public_key(as_bytes(*bytes));
    if (!read) reader.reject(key, "is refused: " + read.error().message);
    return read.value_or(crypto::PublicKey{});
}

}  // namespace

Result<std::string> enrolment_payload(const Enrolment& enrolment) {
    const nlohmann::ordered_json json{
        {"workerPublicKey", crypto::base64_encode(enrolment.worker.bytes)},
        {"account", enrolment.account},
        {"pool", enrolment.pool},
        {"notBefore", text::to_rfc3339(enrolment.not_before)},
        {"notAfter", text::to_rfc3339(enrolment.not_after)}};
    std::string payload;
    try {
        payload = json.dump();
    } catch (const nlohmann::json::exception&) {
        return fail(ErrorCode::invalid_argument, "account must be UTF-8", "account");
    }
    if (const auto read = parse_enrolment(payload); !read) return Failure{read.error()};
    return payload;
}

Result<Enrolment> parse_enrolment(std::string_view payload) {
    const Result<nlohmann::json> json = json::parse_strict(payload, {.bytes = kMaxPayload});
    if (!json) return Failure{json.error().during("enrolment")};
    std::optional<Error> wrong;
    json::Reader reader(*json, wrong);
    Enrolment read;
    read.worker = read_key(reader, "workerPublicKey");
    read.account = reader.text("account");
    if (read.account.size() > kMaxAccountName) {
        reader.reject("account", "may have at most 64 bytes");
    }
    read.pool = reader.text("pool");
    if (!text::is_plain_name(read.pool)) {
        reader.reject("pool", "must be 1 to 64 of a-z, 0-9, '.', '_', '-'");
    }
    read.not_before = reader.time("notBefore");
    read.not_after = reader.time("notAfter");
    if (wrong) return Failure{wrong->during("enrolment")};
    return read;
}

}  // namespace gotong::receipt
