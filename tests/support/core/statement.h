// What a worker claims about a picture that it was offered, sound until a test spoils it.
#pragma once

#include <string>
#include <vector>

#include "common/receipt/statement.h"
#include "coordinator/core/send.h"

namespace gotong::test {

struct Claimant {
    std::string key_id;
    Digest enrolment_sha256{};                    // Of the payload of its enrolment.
    const std::vector<model::FileDigest>& files;  // Of the model; only for the call.
};

// The whole statement that `offer` asks for, of the pool kPoolName.
receipt::RenderStatement claim_about(const core::OfferJob& offer, const Claimant& worker);

}  // namespace gotong::test
