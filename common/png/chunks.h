// The container of a PNG file: a signature and a row of checked chunks. Nothing is decompressed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"

namespace gotong::png {

// A 4096 x 4096 picture of noise in RGB is 48 MiB; text and receipt are small beside it.
inline constexpr std::size_t kMaxFileBytes = std::size_t{64} << 20U;
// The largest picture in 8 KiB pieces, the smallest that encoders use by default.
inline constexpr std::size_t kMaxChunks = 8192;
// Length, type and checksum around a chunk's data.
inline constexpr std::size_t kChunkOverhead = 12;

struct Chunk {
    std::string_view type;  // Four letters.
    std::string_view data;
    std::size_t offset = 0;  // Of the whole chunk, from the start of the file.

    std::size_t end() const { return offset + kChunkOverhead + data.size(); }
};

// The chunks in their order; views into `file`. Accepts only a file in which IHDR comes first, IDAT
// chunks stand together, IEND is empty and the very end, every other critical chunk is PLTE, and
// every checksum is right.
//
// Errors: invalid_argument, with the byte where the rule was broken.
Result<std::vector<Chunk>> walk(std::string_view file);

// One whole chunk: length, type, data, checksum. `data` below 2^31 bytes.
std::string make_chunk(std::string_view type, std::string_view data);

}  // namespace gotong::png
