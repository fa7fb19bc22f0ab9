// The receipt as it travels: everything that a stranger needs, besides the picture and a pool key
// that he trusts, to check a picture without a network.
//
// Corridor: receipt/statement -> [receipt/bundle] -> receipt/picture
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "common/crypto/sign.h"
#include "common/receipt/dsse.h"
#include "common/result.h"

namespace gotong::receipt {

// Two envelopes with the largest payload in base64 would be 88 KiB; ours are a few.
inline constexpr std::size_t kMaxBundle = 96U << 10U;

struct Bundle {
    Envelope statement;  // Signed by the worker, then countersigned by the pool.
    Envelope enrolment;  // Signed by the pool.
    std::string pool_name;
    crypto::PublicKey pool_key;
    std::optional<std::string>
        prompt_salt;  // 32 bytes; there exactly when the prompt is disclosed.

    bool operator==(const Bundle&) const = default;
};

// The one spelling, JSON without spaces.
std::string serialise(const Bundle& bundle);

// Errors: invalid_argument for any text that serialise() would not have written: a receipt has no
// bit that could be another and still mean the same.
Result<Bundle> parse_bundle(std::string_view text);

}  // namespace gotong::receipt
