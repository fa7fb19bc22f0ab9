#include "worker/sign/identity.h"

#include "common/receipt/enrolment.h"

namespace gotong::sign {

Result<crypto::SigningKey> load_or_create_key(const std::filesystem::path& data_dir) {
    constexpr const char* kFile = "worker.key";
    auto key = crypto::SigningKey::load_or_create(data_dir / kFile);
    if (!key) return fail(key.error().code, key.error().message, kFile);
    return key;
}

Result<> check_enrolment(const receipt::Envelope& enrolment, const crypto::PublicKey& worker,
                         const crypto::PublicKey& pool) {
    if (enrolment.payload_type != receipt::kEnrolmentPayloadType ||
        !receipt::is_signed_by(enrolment, pool))
        return fail(ErrorCode::permission_denied, "the enrolment is not signed by the pool's key");
    const auto parsed = receipt::parse_enrolment(enrolment.payload);
    if (!parsed) return Failure{parsed.error()};
    if (parsed->worker != worker)
        return fail(ErrorCode::failed_precondition, "the enrolment is about another machine's key");
    return {};
}

}  // namespace gotong::sign
