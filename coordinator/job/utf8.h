// Whether a text may travel as one: well-formed UTF-8 without control characters.
#pragma once

#include <cstddef>
#include <string_view>

namespace gotong::job {

// The offset of the first byte that does not belong to well-formed UTF-8 (RFC 3629: no overlong
// forms, no surrogates, nothing above U+10FFFF); text.size() when there is none.
std::size_t first_malformed(std::string_view text);

// The offset of the first C0 control character or DEL other than tab and line breaks; text.size()
// when there is none. They mean nothing to a model, and escaped in JSON each takes six bytes.
std::size_t first_control(std::string_view text);

}  // namespace gotong::job
