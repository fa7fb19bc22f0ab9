// The name of a file that a creator uploaded for jobs to begin with. The account is part of it, so
// that knowing the digest of somebody else's upload is worth nothing.
#pragma once

#include <compare>

#include "common/crypto/digest.h"
#include "common/ids.h"

namespace gotong::job {

struct InputName {
    AccountId account;
    crypto::Digest sha256{};
    auto operator<=>(const InputName&) const = default;
};

}  // namespace gotong::job
