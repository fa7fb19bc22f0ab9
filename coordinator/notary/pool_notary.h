// The pool's key at work: offers, enrolments and countersignatures.
//
// Corridor: core/core -> [notary/pool_notary] -> receipt/bundle
#pragma once

#include <string>

#include "common/crypto/sign.h"
#include "coordinator/core/core.h"

namespace gotong::notary {

class PoolNotary final : public core::Notary {
  public:
    PoolNotary(crypto::SigningKey key, std::string pool_name);

    const crypto::PublicKey& public_key() const { return key_.public_key(); }

    std::string pool_key_id() const override;
    receipt::Envelope sign_offer(const std::string& payload) override;
    receipt::Envelope enrol(const crypto::PublicKey& worker, const std::string& name,
                            WallTime now) override;
    std::string receipt(const receipt::Envelope& statement, const store::Worker& worker,
                        const job::Job& job) override;

  private:
    const crypto::SigningKey key_;
    const std::string pool_name_;
};

// Unpredictable bytes, for the core's salts, tokens and seeds.
class SystemRng final : public core::Rng {
  public:
    void fill(std::span<std::uint8_t> bytes) override;
};

}  // namespace gotong::notary
