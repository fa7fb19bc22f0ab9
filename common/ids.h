// Identifiers that cannot be mistaken for one another.
//
// Each id is 16 opaque bytes. Passing a WorkerId where a JobId is wanted does not compile, and no
// id converts to an integer or a string unless asked to. On the wire and in the store an id is its
// 32 lower-case hexadecimal digits.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace gotong {

template <class Tag>
struct Id {
    std::array<std::uint8_t, 16> bytes{};

    auto operator<=>(const Id&) const = default;

    bool is_zero() const { return *this == Id{}; }

    // 32 lower-case hexadecimal digits.
    std::string to_hex() const {
        constexpr char digits[] = "0123456789abcdef";
        std::string hex;
        hex.reserve(2 * bytes.size());
        for (const std::uint8_t byte : bytes) {
            hex.push_back(digits[byte >> 4U]);
            hex.push_back(digits[byte & 0x0fU]);
        }
        return hex;
    }

    // The inverse of to_hex(); nullopt for anything that to_hex() does not write.
    static std::optional<Id> from_hex(std::string_view hex) {
        Id id;
        if (hex.size() != 2 * id.bytes.size()) return std::nullopt;
        for (std::size_t i = 0; i < hex.size(); ++i) {
            const auto digit = nibble(hex[i]);
            if (!digit) return std::nullopt;
            id.bytes[i / 2] = static_cast<std::uint8_t>((id.bytes[i / 2] << 4U) | *digit);
        }
        return id;
    }

  private:
    static std::optional<std::uint8_t> nibble(char c) {
        if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0');
        if (c >= 'a' && c <= 'f') return static_cast<std::uint8_t>(c - 'a' + 10);
        return std::nullopt;
    }
};

using JobId = Id<struct JobTag>;          // One picture.
using RequestId = Id<struct RequestTag>;  // One submission: the jobs of its n pictures share it.
using AccountId = Id<struct AccountTag>;  // A creator.
using WorkerId = Id<struct WorkerTag>;    // The first 16 bytes of SHA-256(worker's public key).
using SessionId = Id<struct SessionTag>;  // One worker's stay; outlives its streams.

}  // namespace gotong

// Ids are random or hashes, some behind the time in ms: their first bytes are a good enough hash.
template <class Tag>
struct std::hash<gotong::Id<Tag>> {
    std::size_t operator()(const gotong::Id<Tag>& id) const noexcept {
        std::size_t h = 0;
        std::memcpy(&h, id.bytes.data(), sizeof h);
        return h;
    }
};
