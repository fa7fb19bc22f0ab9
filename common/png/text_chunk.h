// iTXt: a keyword and UTF-8 text. Ours are plain: not compressed, no language, no translated
// keyword.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/png/chunks.h"
#include "common/result.h"

namespace gotong::png {

struct Text {
    std::string_view keyword;
    std::string_view text;
};

// The whole chunk. Errors: invalid_argument for a keyword that is not 1 to 79 printable ASCII
// characters without outer or double spaces, or a text with a zero byte.
Result<std::string> make_text_chunk(const Text& text);

// The keyword of a tEXt, zTXt or iTXt chunk; nullopt for any other.
std::optional<std::string_view> keyword_of(const Chunk& chunk);

// Views into the chunk; nullopt for anything that make_text_chunk() does not write.
std::optional<Text> plain_text_of(const Chunk& chunk);

}  // namespace gotong::png
