// The Unicode that CLIP's tokenizer needs: NFC, lower case and four classes of characters.
//
// utf8proc does the work. The reference tokenizer gets its tables from three other libraries of
// other Unicode versions, and ids must agree on any text, so the characters on which they differ
// from utf8proc are listed in the source file.
#pragma once

#include <string>
#include <string_view>

#include "common/result.h"

namespace gotong::engine {

enum class CharClass { letter, number, space, other };
CharClass classify(char32_t c);

// Error: invalid_argument, with the place of the first byte that is not UTF-8.
Result<std::u32string> decode_utf8(std::string_view text);

void append_utf8(std::string& text, char32_t c);

// NFC, then every run of white space to one space, then lower case, character by character (no
// rule of context: every capital sigma gets the same small one).
Result<std::u32string> clip_normalised(std::u32string_view text);

}  // namespace gotong::engine
