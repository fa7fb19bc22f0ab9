// Whether a picture is what its receipt says. Pure: no network, no clock, no file.
//
// Corridor: receipt/picture -> [receipt/verify] -> receipt/explain
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/crypto/sign.h"
#include "common/receipt/enrolment.h"
#include "common/receipt/statement.h"
#include "common/result.h"

namespace gotong::receipt {

enum class Outcome {
    valid,
    not_trusted,  // Sound in itself, but signed for a pool that the user does not know.
    invalid,
};

struct Check {
    std::string name;  // For programs: "picture", "worker_signature".
    bool passed = false;
    std::string finding;  // For people, one sentence without a full stop.
};

struct Verdict {
    Outcome outcome = Outcome::invalid;
    std::vector<Check> checks;  // All that were made, in order.

    // What the receipt claims, as far as it could be read: facts only when nothing has failed.
    std::optional<RenderStatement> statement;
    std::optional<Enrolment> enrolment;
    std::string pool_name;
    crypto::PublicKey pool_key;
};

// `trusted` are the keys of the pools that the user knows (receipt/known_pools.h).
//
// Errors, when there is nothing to judge: invalid_argument (not a sound PNG), not_found (no
// receipt). A receipt that is there but broken is a Verdict of Outcome::invalid.
Result<Verdict> verify_picture(std::string_view picture,
                               std::span<const crypto::PublicKey> trusted);

// The same for a picture whose receipt is kept beside it.
Verdict verify_parts(std::string_view blob, std::string_view bundle_text,
                     std::span<const crypto::PublicKey> trusted);

}  // namespace gotong::receipt
