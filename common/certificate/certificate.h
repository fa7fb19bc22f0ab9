// X.509 certificates, as far as a pool needs them: one that it makes for itself, and the
// fingerprint by which clients pin it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/crypto/digest.h"
#include "common/result.h"

namespace gotong::certificate {

struct Certificate {
    std::string chain_pem;  // The server's own first.
    std::string key_pem;    // A secret.
};

// ECDSA P-256, valid for ten years from yesterday (clocks differ), for these host names and
// addresses. Clients pin it, so its age and its issuer mean nothing to them.
Certificate make_self_signed(const std::vector<std::string>& hosts);

// SHA-256 of the first certificate (DER). Errors: invalid_argument when there is none.
Result<crypto::Digest> fingerprint(std::string_view chain_pem);

// Whether chain and key can serve. Errors: invalid_argument says what does not fit.
Result<> check_pair(const Certificate& certificate);

// Whether this machine's root certificates verify the chain today; its host names are not looked
// at.
bool is_trusted_by_system(std::string_view chain_pem);

}  // namespace gotong::certificate
