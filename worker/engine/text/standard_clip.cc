#include "worker/engine/text/standard_clip.h"

#include <string_view>

// The file's bytes as they are, between two labels; the compiler need not parse half a megabyte.
asm(R"(
    .pushsection .rodata
    .global gotong_clip_merges_begin
    .global gotong_clip_merges_end
    .hidden gotong_clip_merges_begin
    .hidden gotong_clip_merges_end
gotong_clip_merges_begin:
    .incbin ")" GOTONG_CLIP_MERGES R"("
gotong_clip_merges_end:
    .popsection
)");
extern "C" const char gotong_clip_merges_begin[];
extern "C" const char gotong_clip_merges_end[];

namespace gotong::engine {
namespace {

constexpr int kLength = 77;  // Ids a text.
constexpr const char* kBegin = "<|startoftext|>";
constexpr const char* kEnd = "<|endoftext|>";

MergeList embedded_merges() {
    std::string_view rest(
        gotong_clip_merges_begin,
        static_cast<std::size_t>(gotong_clip_merges_end - gotong_clip_merges_begin));
    MergeList merges;
    while (!rest.empty()) {
        const std::string_view line = rest.substr(0, rest.find('\n'));
        const std::size_t space = line.find(' ');
        merges.emplace_back(line.substr(0, space), line.substr(space + 1));
        rest.remove_prefix(line.size() + 1);
    }
    return merges;
}

// Bytes by their spelling: the visible ones first, as themselves, then those that have one lent.
std::vector<std::string> spellings_in_order() {
    std::vector<std::string> own;
    std::vector<std::string> lent;
    for (const ByteSpelling& spelling : byte_spellings())
        (spelling.lent ? lent : own).push_back(spelling.text);
    own.insert(own.end(), lent.begin(), lent.end());
    return own;
}

Vocabulary vocabulary_of(const MergeList& merges) {
    Vocabulary ids;
    const auto add = [&](const std::string& token) {
        ids.emplace(token, static_cast<TokenId>(ids.size()));
    };
    const auto bytes = spellings_in_order();
    for (const std::string& byte : bytes) add(byte);
    for (const std::string& byte : bytes) add(byte + "</w>");
    for (const auto& [left, right] : merges) add(left + right);
    add(kBegin);
    add(kEnd);
    return ids;
}

}  // namespace

TokenizerFiles standard_clip_files(ClipPadding padding) {
    MergeList merges = embedded_merges();
    Vocabulary vocabulary = vocabulary_of(merges);
    const std::string pad = padding == ClipPadding::end ? kEnd : "!";
    // As published: begin and end are recognised in any case, the padding only as it is spelled.
    return {std::move(vocabulary),
            std::move(merges),
            {{kBegin, true}, {kEnd, true}, {pad, false}},
            kBegin,
            kEnd,
            kEnd,
            pad,
            kLength};
}

}  // namespace gotong::engine
