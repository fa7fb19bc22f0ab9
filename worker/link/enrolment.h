// Turns a one-time invite into an enrolment.
#pragma once

#include <grpcpp/channel.h>

#include <memory>
#include <string>

#include "common/crypto/sign.h"
#include "common/invite/invite.h"
#include "common/receipt/dsse.h"
#include "common/result.h"

namespace gotong::link {

struct Enrolled {
    std::string pool_name;
    receipt::Envelope enrolment;  // Signed by the pool about our key.
};

// Shows the invite and proves that we hold `key`. The pool's answer is checked against the key in
// the invite. Errors: those of the pool, which say what to do (used, expired); permission_denied
// when somebody else answers; unavailable.
Result<Enrolled> enrol(const std::shared_ptr<grpc::Channel>& channel, const invite::Invite& invite,
                       const crypto::SigningKey& key, const std::string& name);

}  // namespace gotong::link
