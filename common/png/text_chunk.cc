#include "common/png/text_chunk.h"

#include <algorithm>

namespace gotong::png {
namespace {

constexpr std::size_t kMaxKeyword = 79;  // PNG's own limit.
// After the keyword: its end, not compressed, method 0, no language, no translated keyword.
constexpr std::string_view kPlain{"\0\0\0\0\0", 5};

bool is_keyword(std::string_view keyword) {
    if (keyword.empty() || keyword.size() > kMaxKeyword) return false;
    if (keyword.front() == ' ' || keyword.back() == ' ') return false;
    if (keyword.find("  ") != std::string_view::npos) return false;
    return std::all_of(keyword.begin(), keyword.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

}  // namespace

Result<std::string> make_text_chunk(const Text& text) {
    if (!is_keyword(text.keyword)) {
        return fail(ErrorCode::invalid_argument, "a PNG keyword has 1 to 79 ASCII characters");
    }
    if (text.text.find('\0') != std::string_view::npos) {
        return fail(ErrorCode::invalid_argument, "a PNG text holds no zero byte");
    }
    return make_chunk("iTXt",
                      std::string(text.keyword) + std::string(kPlain) + std::string(text.text));
}

std::optional<std::string_view> keyword_of(const Chunk& chunk) {
    if (chunk.type != "tEXt" && chunk.type != "zTXt" && chunk.type != "iTXt") return std::nullopt;
    return chunk.data.substr(0, chunk.data.find('\0'));
}

std::optional<Text> plain_text_of(const Chunk& chunk) {
    const auto keyword = keyword_of(chunk);
    if (chunk.type != "iTXt" || !is_keyword(*keyword)) return std::nullopt;
    const std::string_view rest = chunk.data.substr(keyword->size());
    if (!rest.starts_with(kPlain)) return std::nullopt;
    const Text text{*keyword, rest.substr(kPlain.size())};
    if (text.text.find('\0') != std::string_view::npos) return std::nullopt;
    return text;
}

}  // namespace gotong::png
