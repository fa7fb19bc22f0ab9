#include "coordinator/job/utf8.h"

#include <cstdint>

namespace gotong::job {
namespace {

struct Range {
    std::uint8_t low;
    std::uint8_t high;
};

// Unicode 15, table 3-7: how many bytes follow a first byte, and what the second may be.
struct Form {
    std::size_t follow;
    Range second;
};

constexpr std::size_t kNoForm = 9;

Form form_of(std::uint8_t first) {
    if (first < 0x80) return {0, {0, 0}};
    if (first < 0xc2) return {kNoForm, {0, 0}};
    if (first < 0xe0) return {1, {0x80, 0xbf}};
    if (first == 0xe0) return {2, {0xa0, 0xbf}};
    if (first == 0xed) return {2, {0x80, 0x9f}};
    if (first < 0xf0) return {2, {0x80, 0xbf}};
    if (first == 0xf0) return {3, {0x90, 0xbf}};
    if (first < 0xf4) return {3, {0x80, 0xbf}};
    if (first == 0xf4) return {3, {0x80, 0x8f}};
    return {kNoForm, {0, 0}};
}

std::uint8_t byte_at(std::string_view text, std::size_t i) {
    return static_cast<std::uint8_t>(text[i]);
}

bool in(Range range, std::uint8_t byte) { return byte >= range.low && byte <= range.high; }

// The length of the well-formed character at `i`; 0 when there is none.
std::size_t character_at(std::string_view text, std::size_t i) {
    const Form form = form_of(byte_at(text, i));
    if (form.follow == kNoForm || text.size() - i <= form.follow) return 0;
    if (form.follow > 0 && !in(form.second, byte_at(text, i + 1))) return 0;
    for (std::size_t k = 2; k <= form.follow; ++k) {
        if (!in({0x80, 0xbf}, byte_at(text, i + k))) return 0;
    }
    return form.follow + 1;
}

}  // namespace

std::size_t first_malformed(std::string_view text) {
    std::size_t i = 0;
    while (i < text.size()) {
        const std::size_t length = character_at(text, i);
        if (length == 0) break;
        i += length;
    }
    return i;
}

std::size_t first_control(std::string_view text) {
    std::size_t i = 0;
    for (; i < text.size(); ++i) {
        const std::uint8_t byte = byte_at(text, i);
        const bool is_layout = byte == '\t' || byte == '\n' || byte == '\r';
        if ((byte < 0x20 && !is_layout) || byte == 0x7f) break;
    }
    return i;
}

}  // namespace gotong::job
