#include "worker/engine/text/unicode.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace gotong::engine {
namespace {

struct Range {
    char32_t first;
    char32_t last;
};

// Letters and numbers that came with Unicode 15.1 and 16. The reference's regular expressions know
// them, utf8proc 2.8 does not.
constexpr std::array kNewLetters{
    Range{0x1C89, 0x1C8A},   Range{0xA7CB, 0xA7CD},   Range{0xA7DA, 0xA7DC},
    Range{0x105C0, 0x105F3}, Range{0x10D4A, 0x10D65}, Range{0x10D6F, 0x10D85},
    Range{0x10EC2, 0x10EC4}, Range{0x11380, 0x11389}, Range{0x1138B, 0x1138B},
    Range{0x1138E, 0x1138E}, Range{0x11390, 0x113B5}, Range{0x113B7, 0x113B7},
    Range{0x113D1, 0x113D1}, Range{0x113D3, 0x113D3}, Range{0x11BC0, 0x11BE0},
    Range{0x13460, 0x143FA}, Range{0x16100, 0x1611D}, Range{0x16D40, 0x16D6C},
    Range{0x18CFF, 0x18CFF}, Range{0x1E5D0, 0x1E5ED}, Range{0x1E5F0, 0x1E5F0},
    Range{0x2EBF0, 0x2EE5D}};
constexpr std::array kNewNumbers{Range{0x10D40, 0x10D49}, Range{0x116D0, 0x116E3},
                                 Range{0x11BF0, 0x11BF9}, Range{0x16130, 0x16139},
                                 Range{0x16D70, 0x16D79}, Range{0x1CCF0, 0x1CCF9},
                                 Range{0x1E5F1, 0x1E5FA}};

// Unicode's White_Space.
constexpr std::array kSpaces{Range{0x9, 0xD},       Range{0x20, 0x20},     Range{0x85, 0x85},
                             Range{0xA0, 0xA0},     Range{0x1680, 0x1680}, Range{0x2000, 0x200A},
                             Range{0x2028, 0x2029}, Range{0x202F, 0x202F}, Range{0x205F, 0x205F},
                             Range{0x3000, 0x3000}};

// Combining marks that the reference's older normaliser does not know as such: it neither moves
// them nor lets anything move or compose across them. (0x11930 is here for its one composition.)
constexpr std::array kInertMarks{
    Range{0x7FD, 0x7FD},     Range{0x898, 0x89F},     Range{0x8CA, 0x8D3},
    Range{0x9FE, 0x9FE},     Range{0xC3C, 0xC3C},     Range{0xD3B, 0xD3C},
    Range{0xEBA, 0xEBA},     Range{0x1715, 0x1715},   Range{0x1ABF, 0x1ACE},
    Range{0x1DF6, 0x1DFA},   Range{0xA82C, 0xA82C},   Range{0x10D24, 0x10D27},
    Range{0x10EAB, 0x10EAC}, Range{0x10EFD, 0x10EFF}, Range{0x10F46, 0x10F50},
    Range{0x10F82, 0x10F85}, Range{0x11070, 0x11070}, Range{0x1133B, 0x1133B},
    Range{0x1145E, 0x1145E}, Range{0x11839, 0x1183A}, Range{0x11930, 0x11930},
    Range{0x1193D, 0x1193E}, Range{0x11943, 0x11943}, Range{0x119E0, 0x119E0},
    Range{0x11A34, 0x11A34}, Range{0x11A47, 0x11A47}, Range{0x11A99, 0x11A99},
    Range{0x11D42, 0x11D42}, Range{0x11D44, 0x11D45}, Range{0x11D97, 0x11D97},
    Range{0x11F41, 0x11F42}, Range{0x16FF0, 0x16FF1}, Range{0x1E08F, 0x1E08F},
    Range{0x1E130, 0x1E136}, Range{0x1E2AE, 0x1E2AE}, Range{0x1E2EC, 0x1E2EF},
    Range{0x1E4EC, 0x1E4EF}};

// Capitals of Unicode 16 and 17: first to last become small by `shift`, every `stride`-th.
struct NewCapitals {
    char32_t first;
    char32_t last;
    char32_t stride;
    std::int32_t shift;
};
constexpr std::array kNewCapitals{
    NewCapitals{0x1C89, 0x1C89, 1, 1},      NewCapitals{0xA7CB, 0xA7CB, 1, 0x264 - 0xA7CB},
    NewCapitals{0xA7CC, 0xA7CE, 2, 1},      NewCapitals{0xA7D2, 0xA7D4, 2, 1},
    NewCapitals{0xA7DA, 0xA7DA, 1, 1},      NewCapitals{0xA7DC, 0xA7DC, 1, 0x19B - 0xA7DC},
    NewCapitals{0x10D50, 0x10D65, 1, 0x20}, NewCapitals{0x16EA0, 0x16EB8, 1, 0x1B}};

bool is_in(std::span<const Range> ranges, char32_t c) {
    const auto after = std::upper_bound(ranges.begin(), ranges.end(), c,
                                        [](char32_t v, const Range& r) { return v < r.first; });
    return after != ranges.begin() && c <= std::prev(after)->last;
}

utf8proc_option_t option(int flags) { return static_cast<utf8proc_option_t>(flags); }

void append_lower(std::u32string& text, char32_t c) {
    constexpr char32_t kCapitalIWithDot =
        0x130;  // The only one whose small form is two characters.
    if (c == kCapitalIWithDot) {
        text += U"i\u0307";
        return;
    }
    for (const NewCapitals& capitals : kNewCapitals) {
        if (c < capitals.first || c > capitals.last || (c - capitals.first) % capitals.stride != 0)
            continue;
        text += static_cast<char32_t>(static_cast<std::int32_t>(c) + capitals.shift);
        return;
    }
    text += static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(c)));
}

// Appends NFC of `text`, which holds no inert mark.
Result<> append_nfc(std::u32string& out, std::u32string_view text) {
    constexpr std::size_t kMostGrowth = 4;  // No character decomposes canonically into more.
    std::string utf8;
    for (const char32_t c : text) append_utf8(utf8, c);
    std::vector<utf8proc_int32_t> buffer(kMostGrowth * text.size());
    const auto space = static_cast<utf8proc_ssize_t>(buffer.size());
    auto length = utf8proc_decompose(reinterpret_cast<const utf8proc_uint8_t*>(utf8.data()),
                                     static_cast<utf8proc_ssize_t>(utf8.size()), buffer.data(),
                                     space, option(UTF8PROC_STABLE | UTF8PROC_DECOMPOSE));
    if (length >= 0 && length <= space)
        length = utf8proc_normalize_utf32(buffer.data(), length,
                                          option(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
    if (length < 0 || length > space)
        return fail(ErrorCode::invalid_argument, "the text cannot be brought to NFC");
    for (utf8proc_ssize_t i = 0; i < length; ++i)
        out += static_cast<char32_t>(buffer[static_cast<std::size_t>(i)]);
    return {};
}

Result<std::u32string> to_nfc(std::u32string_view text) {
    std::u32string nfc;
    while (!text.empty()) {
        const auto inert = std::find_if(text.begin(), text.end(),
                                        [](char32_t c) { return is_in(kInertMarks, c); });
        const auto length = static_cast<std::size_t>(inert - text.begin());
        if (auto done = append_nfc(nfc, text.substr(0, length)); !done)
            return Failure{done.error()};
        if (inert != text.end()) nfc += *inert;
        text.remove_prefix(std::min(length + 1, text.size()));
    }
    return nfc;
}

}  // namespace

CharClass classify(char32_t c) {
    if (is_in(kNewLetters, c)) return CharClass::letter;
    if (is_in(kNewNumbers, c)) return CharClass::number;
    if (is_in(kSpaces, c)) return CharClass::space;
    switch (utf8proc_category(static_cast<utf8proc_int32_t>(c))) {
        case UTF8PROC_CATEGORY_LU:
        case UTF8PROC_CATEGORY_LL:
        case UTF8PROC_CATEGORY_LT:
        case UTF8PROC_CATEGORY_LM:
        case UTF8PROC_CATEGORY_LO:
            return CharClass::letter;
        case UTF8PROC_CATEGORY_ND:
        case UTF8PROC_CATEGORY_NL:
        case UTF8PROC_CATEGORY_NO:
            return CharClass::number;
        default:
            return CharClass::other;
    }
}

Result<std::u32string> decode_utf8(std::string_view text) {
    std::u32string decoded;
    decoded.reserve(text.size());
    const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
    for (std::size_t at = 0; at < text.size();) {
        utf8proc_int32_t c = 0;
        const auto read =
            utf8proc_iterate(bytes + at, static_cast<utf8proc_ssize_t>(text.size() - at), &c);
        if (read <= 0)
            return fail(ErrorCode::invalid_argument,
                        "the text is not UTF-8 at byte " + std::to_string(at));
        decoded += static_cast<char32_t>(c);
        at += static_cast<std::size_t>(read);
    }
    return decoded;
}

void append_utf8(std::string& text, char32_t c) {
    std::array<utf8proc_uint8_t, 4> bytes{};
    const auto count = utf8proc_encode_char(static_cast<utf8proc_int32_t>(c), bytes.data());
    text.append(reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(count));
}

Result<std::u32string> clip_normalised(std::u32string_view text) {
    const auto nfc = to_nfc(text);
    if (!nfc) return Failure{nfc.error()};
    std::u32string normalised;
    normalised.reserve(nfc->size());
    bool in_space = false;
    for (const char32_t c : *nfc) {
        const bool space = is_in(kSpaces, c);
        if (!space) append_lower(normalised, c);
        if (space && !in_space) normalised += U' ';
        in_space = space;
    }
    return normalised;
}

}  // namespace gotong::engine
