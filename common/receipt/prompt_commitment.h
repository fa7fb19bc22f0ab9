// A digest that binds to a prompt without telling it: whoever lacks the salt cannot try out likely
// prompts.
#pragma once

#include <string_view>

#include "common/crypto/digest.h"

namespace gotong::receipt {

inline constexpr std::size_t kPromptSaltBytes = 32;

// HMAC-SHA-256 with the salt as key, over the prompt's UTF-8 bytes.
Digest prompt_commitment(std::string_view salt, std::string_view prompt);

}  // namespace gotong::receipt
