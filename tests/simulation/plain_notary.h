// The pool's key without its arithmetic: whoever signs is not what the simulator tests, and it
// would be most of its time.
#pragma once

#include <string>

#include "common/offer/offer.h"
#include "common/receipt/enrolment.h"
#include "coordinator/core/core.h"
#include "tests/support/core/pool.h"

namespace gotong::simulation {

inline constexpr const char* kPoolKeyId =
    "c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00";

class PlainNotary final : public core::Notary {
  public:
    std::string pool_key_id() const override { return kPoolKeyId; }
    receipt::Envelope sign_offer(const std::string& payload) override {
        return {std::string(kOfferPayloadType), payload, {}};
    }
    receipt::Envelope enrol(const crypto::PublicKey& worker, const std::string& name,
                            WallTime now) override {
        const auto payload = receipt::enrolment_payload({.worker = worker,
                                                         .account = name,
                                                         .pool = test::kPoolName,
                                                         .not_before = now,
                                                         .not_after = now + 24h});
        return {std::string(receipt::kEnrolmentPayloadType),
                payload.value(),
                {receipt::EnvelopeSignature{kPoolKeyId, {}}}};
    }
    std::string receipt(const receipt::Envelope&, const store::Worker& worker,
                        const job::Job& job) override {
        return "receipt of " + job.id.to_hex() + " for " + worker.id.to_hex();
    }
};

}  // namespace gotong::simulation
