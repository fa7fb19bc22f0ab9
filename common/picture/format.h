// Pictures that creators upload: which formats there are, and how large one may be.
//
// Nothing is parsed here but the first bytes. Decoding a stranger's file is for the renderer's
// process (worker/renderer) and for the command line of the file's owner, never for a process that
// holds keys.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "common/bytes.h"

namespace gotong::picture {

// A photograph of 24 megapixels has some 10 MB as JPEG. Two files (picture and mask) fit one frame
// of the renderer's protocol.
inline constexpr std::uint64_t kMaxFileBytes = std::uint64_t{16} << 20U;

// As far as WebP goes.
inline constexpr std::uint32_t kMaxSide = 16'383;

// 160 MB decoded, once, in the renderer; the largest picture that the network makes has 16 million.
inline constexpr std::uint64_t kMaxPixels = 40'000'000;

enum class Format : std::uint8_t { png, jpeg, webp };

// How many of a file's first bytes tell its format.
inline constexpr std::size_t kSignatureBytes = 12;

// nullopt: none of them.
std::optional<Format> format_of(ByteView first_bytes);

}  // namespace gotong::picture
