#include "common/picture/format.h"

#include <string_view>

namespace gotong::picture {

std::optional<Format> format_of(ByteView first_bytes) {
    using namespace std::string_view_literals;
    const std::string_view text = as_text(first_bytes);
    if (text.starts_with("\x89PNG\r\n\x1a\n"sv)) return Format::png;
    if (text.starts_with("\xff\xd8\xff"sv)) return Format::jpeg;
    if (text.starts_with("RIFF"sv) && text.substr(0, kSignatureBytes).ends_with("WEBP"sv))
        return Format::webp;
    return std::nullopt;
}

}  // namespace gotong::picture
