#include "common/crypto/digest.h"

#include <optional>

namespace gotong::crypto {
namespace {

std::optional<std::uint8_t> nibble(char c) {
    if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<std::uint8_t>(c - 'a' + 10);
    return std::nullopt;
}

}  // namespace

std::string to_hex(ByteView bytes) {
    constexpr char digits[] = "0123456789abcdef";
    std::string hex;
    hex.reserve(2 * bytes.size());
    for (const std::uint8_t byte : bytes) {
        hex.push_back(digits[byte >> 4U]);
        hex.push_back(digits[byte & 0x0fU]);
    }
    return hex;
}

Result<Digest> digest_from_hex(std::string_view hex) {
    Digest digest{};
    if (hex.size() != 2 * digest.size()) {
        return fail(ErrorCode::invalid_argument,
                    "a SHA-256 digest is 64 hexadecimal digits, not " + std::to_string(hex.size()));
    }
    for (std::size_t i = 0; i < hex.size(); ++i) {
        const auto digit = nibble(hex[i]);
        if (!digit) {
            return fail(ErrorCode::invalid_argument,
                        "a SHA-256 digest holds only the digits 0-9 and a-f");
        }
        digest[i / 2] = static_cast<std::uint8_t>((digest[i / 2] << 4U) | *digit);
    }
    return digest;
}

}  // namespace gotong::crypto
