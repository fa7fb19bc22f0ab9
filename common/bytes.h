// Byte strings. A std::string holds bytes wherever protobuf, SQLite and JSON want one anyway;
// these two helpers are the only places that cast between the views.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace gotong {

using ByteView = std::span<const std::uint8_t>;

// Both views see the caller's memory: no copy, the caller's lifetime.
inline ByteView as_bytes(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(ByteView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace gotong
