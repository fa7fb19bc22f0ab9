// The checksum of PNG's chunks (CRC-32 as in ISO 3309). It finds accidents, never attacks.
#pragma once

#include <cstdint>
#include <string_view>

namespace gotong::png {

std::uint32_t crc32(std::string_view bytes);

}  // namespace gotong::png
