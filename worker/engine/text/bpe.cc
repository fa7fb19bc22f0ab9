#include "worker/engine/text/bpe.h"

#include <algorithm>

#include "worker/engine/text/unicode.h"

namespace gotong::engine {
namespace {

constexpr std::string_view kEndOfWord = "</w>";
constexpr int kByteValues = 256;

Failure missing(const std::string& token, std::size_t rank) {
    return fail(ErrorCode::invalid_argument, "merge " + std::to_string(rank + 1) + " needs \"" +
                                                 token + "\", which the vocabulary lacks");
}

}  // namespace

// The 68 bytes that are not printable Latin-1 get the characters from U+0100 on, in order.
std::vector<ByteSpelling> byte_spellings() {
    std::vector<ByteSpelling> spellings;
    char32_t next = 0x100;
    for (char32_t byte = 0; byte < kByteValues; ++byte) {
        const bool visible = (byte >= U'!' && byte <= U'~') || (byte >= 0xA1 && byte != 0xAD);
        append_utf8(spellings.emplace_back().text, visible ? byte : next++);
        spellings.back().lent = !visible;
    }
    return spellings;
}

Result<Bpe> Bpe::build(const Vocabulary& vocabulary, const MergeList& merges,
                       const std::string& unknown) {
    const auto unknown_at = vocabulary.find(unknown);
    if (unknown_at == vocabulary.end())
        return fail(ErrorCode::invalid_argument,
                    "the unknown token \"" + unknown + "\" is not in the vocabulary");
    const auto id_or_unknown = [&](const std::string& token) {
        const auto found = vocabulary.find(token);
        return found == vocabulary.end() ? unknown_at->second : found->second;
    };
    Bpe bpe;
    for (const ByteSpelling& spelling : byte_spellings()) {
        bpe.inner_.push_back(id_or_unknown(spelling.text));
        bpe.final_.push_back(id_or_unknown(spelling.text + std::string(kEndOfWord)));
    }
    for (std::size_t rank = 0; rank < merges.size(); ++rank) {
        const auto& [left, right] = merges[rank];
        for (const std::string& token : {left, right, left + right})
            if (!vocabulary.contains(token)) return missing(token, rank);
        const std::pair key{vocabulary.at(left), vocabulary.at(right)};
        bpe.merges_.insert_or_assign(key, Merge{rank, vocabulary.at(left + right)});
    }
    return bpe;
}

void Bpe::append_ids(std::vector<TokenId>& ids, std::string_view word) const {
    std::vector<TokenId> parts;
    parts.reserve(word.size());
    for (const char byte : word) parts.push_back(inner_[static_cast<unsigned char>(byte)]);
    parts.back() = final_[static_cast<unsigned char>(word.back())];

    // The earliest merge in the list, leftmost first, until none applies.
    for (;;) {
        const Merge* best = nullptr;
        std::size_t best_at = 0;
        for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
            const auto found = merges_.find({parts[i], parts[i + 1]});
            if (found == merges_.end() || (best && best->rank <= found->second.rank)) continue;
            best = &found->second;
            best_at = i;
        }
        if (!best) break;
        parts[best_at] = best->result;
        parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(best_at) + 1);
    }
    ids.insert(ids.end(), parts.begin(), parts.end());
}

}  // namespace gotong::engine
