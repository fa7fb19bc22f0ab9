#include "coordinator/notary/pool_notary.h"

#include <utility>

#include "common/check.h"
#include "common/crypto/random.h"
#include "common/offer/offer.h"
#include "common/receipt/bundle.h"
#include "common/receipt/enrolment.h"

namespace gotong::notary {
namespace {

// There is no renewal yet, so an enrolment lasts as long as a graphics card; what ends a worker
// earlier is its revocation.
constexpr std::chrono::hours kEnrolmentValid{5 * 365 * 24};

}  // namespace

PoolNotary::PoolNotary(crypto::SigningKey key, std::string pool_name)
    : key_(std::move(key)), pool_name_(std::move(pool_name)) {}

std::string PoolNotary::pool_key_id() const { return crypto::key_id(key_.public_key()); }

receipt::Envelope PoolNotary::sign_offer(const std::string& payload) {
    return receipt::sign_envelope(std::string(kOfferPayloadType), payload, key_);
}

receipt::Envelope PoolNotary::enrol(const crypto::PublicKey& worker, const std::string& name,
                                    WallTime now) {
    const auto payload = receipt::enrolment_payload({.worker = worker,
                                                     .account = name,
                                                     .pool = pool_name_,
                                                     .not_before = now,
                                                     .not_after = now + kEnrolmentValid});
    check(payload.has_value(), "names were checked before they were enrolled");
    return receipt::sign_envelope(std::string(receipt::kEnrolmentPayloadType), *payload, key_);
}

std::string PoolNotary::receipt(const receipt::Envelope& statement, const store::Worker& worker,
                                const job::Job& job) {
    auto enrolment = receipt::parse_envelope(worker.enrolment);
    check(enrolment.has_value(), "the store gives back the enrolment that it was given");
    receipt::Bundle bundle{.statement = statement,
                           .enrolment = *std::move(enrolment),
                           .pool_name = pool_name_,
                           .pool_key = key_.public_key(),
                           .prompt_salt = {}};
    if (!job.spec.is_private) bundle.prompt_salt = job.prompt_salt;
    receipt::countersign(bundle.statement, key_);
    return receipt::serialise(bundle);
}

void SystemRng::fill(std::span<std::uint8_t> bytes) { crypto::fill(bytes); }

}  // namespace gotong::notary
