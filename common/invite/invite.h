// An invite: one line of text that lets one worker join one pool, once.
//
//     gotong1:<base64url of JSON>
//
// a  where workers reach the coordinator's gRPC, "HOST:PORT"
// k  the pool's public key, base64; what the worker signs towards and receipts are trusted by
// n  the pool's name
// t  the one-time token
// f  SHA-256 of the coordinator's certificate (DER), hexadecimal; absent: no TLS (loopback only)
// w  true: the certificate is one that the system's roots verify, so that it may be renewed
//
// The token in it is a secret until it is used: an invite is never logged.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/crypto/digest.h"
#include "common/crypto/sign.h"
#include "common/result.h"

namespace gotong::invite {

inline constexpr std::string_view kInvitePrefix = "gotong1:";
inline constexpr std::string_view kInviteTokenPrefix = "gti_";

// The name in a certificate that a coordinator made for itself. Clients that pin the certificate
// expect this name instead of the address, which may change.
inline constexpr std::string_view kPoolCertificateName = "gotong-pool";

struct Invite {
    std::string address;
    crypto::PublicKey pool_key;
    std::string pool_name;
    std::string token;
    std::optional<crypto::Digest> fingerprint;
    bool web_trusted = false;  // Implies a fingerprint.
};

std::string encode(const Invite& invite);

// invalid_argument says what to do, and never repeats the text. White space around it is ignored:
// invites are pasted.
Result<Invite> decode(std::string_view text);

}  // namespace gotong::invite
