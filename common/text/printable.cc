#include "common/text/printable.h"

#include <cstddef>
#include <cstdint>
#include <cstdio>

namespace gotong::text {
namespace {

struct CodePoint {
    std::uint32_t value = 0;
    std::size_t size = 0;  // Bytes; 0: not UTF-8.
};

std::size_t size_from_lead(std::uint8_t lead) {
    if (lead < 0x80) return 1;
    if (lead >= 0xc2 && lead <= 0xdf) return 2;
    if (lead >= 0xe0 && lead <= 0xef) return 3;
    if (lead >= 0xf0 && lead <= 0xf4) return 4;
    return 0;
}

bool is_scalar_of_size(std::uint32_t value, std::size_t size) {
    if (size == 3) return value >= 0x800 && (value < 0xd800 || value > 0xdfff);
    if (size == 4) return value >= 0x10000 && value <= 0x10ffff;
    return true;
}

CodePoint first_of(std::string_view text) {
    const auto lead = static_cast<std::uint8_t>(text[0]);
    const std::size_t size = size_from_lead(lead);
    if (size == 0 || size > text.size()) return {};
    std::uint32_t value = size == 1 ? lead : lead & (0xffU >> (size + 1));
    for (std::size_t i = 1; i < size; ++i) {
        const auto next = static_cast<std::uint8_t>(text[i]);
        if ((next & 0xc0U) != 0x80U) return {};
        value = (value << 6U) | (next & 0x3fU);
    }
    if (!is_scalar_of_size(value, size)) return {};
    return {value, size};
}

bool is_treacherous(std::uint32_t c) {
    const bool control = c < 0x20 || (c >= 0x7f && c <= 0x9f);
    const bool line_break = c == 0x2028 || c == 0x2029;
    const bool direction =
        c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
    return control || line_break || direction;
}

void append_escape(std::string& out, char kind, std::uint32_t value) {
    char escape[16];
    std::snprintf(escape, sizeof escape, "\\%c{%x}", kind, value);
    out += escape;
}

}  // namespace

std::string printable(std::string_view utf8) {
    std::string out;
    while (!utf8.empty()) {
        const CodePoint next = first_of(utf8);
        if (next.size == 0) {
            append_escape(out, 'x', static_cast<std::uint8_t>(utf8[0]));
        } else if (is_treacherous(next.value)) {
            append_escape(out, 'u', next.value);
        } else {
            out.append(utf8.substr(0, next.size));
        }
        utf8.remove_prefix(next.size == 0 ? 1 : next.size);
    }
    return out;
}

std::string shown(std::string_view utf8, std::size_t most) {
    if (utf8.size() <= most) return printable(utf8);
    const auto continues = [&](std::size_t at) {
        return (static_cast<std::uint8_t>(utf8[at]) & 0xc0U) == 0x80U;
    };
    std::size_t end = most;  // Not within a character, of which none has more than four bytes.
    while (end > 0 && most - end < 3 && continues(end)) --end;
    return printable(utf8.substr(0, end)) + "...";
}

}  // namespace gotong::text
