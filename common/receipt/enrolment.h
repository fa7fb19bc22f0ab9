// The pool's signed word that a key is one of its workers'. A receipt carries it, so that whoever
// checks a picture needs to know the pool's key only.
#pragma once

#include <string>
#include <string_view>

#include "common/crypto/sign.h"
#include "common/result.h"
#include "common/time.h"

namespace gotong::receipt {

inline constexpr std::string_view kEnrolmentPayloadType = "application/vnd.gotong.enrol.v1+json";
inline constexpr std::size_t kMaxAccountName = 64;  // Bytes.

struct Enrolment {
    crypto::PublicKey worker;
    std::string account;  // What people call the worker; UTF-8, at most 64 bytes.
    std::string pool;     // A plain name (text/plain_name.h).
    WallTime not_before;
    WallTime not_after;

    bool operator==(const Enrolment&) const = default;
};

// The payload of the envelope that the pool signs. Errors: invalid_argument for names that are not
// as above.
Result<std::string> enrolment_payload(const Enrolment& enrolment);

// Unknown keys are skipped: they are signed too, and a later pool may say more. Errors:
// invalid_argument; a key that is not sound (crypto::checked_public_key) is refused here.
Result<Enrolment> parse_enrolment(std::string_view payload);

}  // namespace gotong::receipt
