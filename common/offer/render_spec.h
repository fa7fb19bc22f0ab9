// What is to be rendered, complete and checked: no field is left to a default.
//
// Its JSON spelling is fixed (keys in alphabetical order, integers of 64 bits and decimals as
// strings, no spaces), because receipts name the SHA-256 of that text.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "common/crypto/digest.h"
#include "common/result.h"
#include "common/sampling/strength.h"

namespace gotong {

// A picture to begin with, uploaded before by the account that asks.
struct Original {
    crypto::Digest picture{};              // SHA-256 of the file: PNG, JPEG or WebP.
    std::optional<crypto::Digest> mask{};  // The same. White is painted anew; absent: everything.
    double strength = sampling::kDefaultStrength;  // 0 to 1: how much of it is noise at the start.
    sampling::StrengthRule rule = sampling::StrengthRule::a1111;

    bool operator==(const Original&) const = default;
};

struct RenderSpec {
    std::string model;
    std::string prompt;           // UTF-8.
    std::string negative_prompt;  // UTF-8.
    std::uint32_t width = 0;      // Pixels.
    std::uint32_t height = 0;     // Pixels.
    std::uint32_t steps = 0;      // Of the whole way from noise.
    double guidance = 0.0;        // 1 or less: no guidance.
    std::string sampler;          // By its name in common/sampling.
    std::string schedule;         // The same.
    std::uint64_t seed = 0;
    bool is_private = false;             // No text of the prompt in picture or receipt.
    std::optional<Original> original{};  // Absent: the picture is made from noise alone.

    bool operator==(const RenderSpec&) const = default;
};

// Denoising steps that are made: fewer than `steps` where an original is given.
std::uint32_t steps_made(const RenderSpec& spec);

// The key "original" is there exactly when there is one, so that other specs keep their digests.
nlohmann::json to_json(const RenderSpec& spec);

// invalid_argument names the key that is missing, unknown or of another kind.
Result<RenderSpec> render_spec_from_json(const nlohmann::json& json);

// SHA-256 of to_json(spec).dump(): what a receipt calls specSha256.
crypto::Digest spec_sha256(const RenderSpec& spec);

// A decimal as receipts spell it: the shortest text that reads back as the same double ("7.5",
// "5"). Locale plays no part.
std::string decimal_text(double value);

}  // namespace gotong
