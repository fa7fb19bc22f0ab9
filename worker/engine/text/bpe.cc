#include "worker/engine/text/bpe.h"

#include <functional>
#include <queue>

#include "common/text/printable.h"
#include "worker/engine/text/unicode.h"

namespace gotong::engine {
namespace {

constexpr std::string_view kEndOfWord = "</w>";
constexpr int kByteValues = 256;
constexpr TokenId kGone = -1;  // Of a part that was merged into the one on its left.

Failure missing(const std::string& token, std::size_t rank) {
    return fail(ErrorCode::invalid_argument, "merge " + std::to_string(rank + 1) + " needs \"" +
                                                 text::shown(token) +
                                                 "\", which the vocabulary lacks");
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
                    "the unknown token \"" + text::shown(unknown) + "\" is not in the vocabulary");
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
    std::vector<Part> parts;
    parts.reserve(word.size() + 1);
    for (const char byte : word)
        parts.push_back(
            {inner_[static_cast<unsigned char>(byte)], parts.size() + 1, parts.size() - 1});
    parts.back().id = final_[static_cast<unsigned char>(word.back())];
    merge_all(parts);
    for (std::size_t at = 0; at < parts.size(); at = parts[at].next) ids.push_back(parts[at].id);
}

// The earliest merge in the list, leftmost first, until none applies. A pair that is no more stays
// in the queue; its ids tell when its turn comes.
void Bpe::merge_all(std::vector<Part>& parts) const {
    std::priority_queue<Pair, std::vector<Pair>, std::greater<>> pairs;
    const auto consider = [&](std::size_t at) {
        if (at >= parts.size() || parts[at].next >= parts.size()) return;
        const auto found = merges_.find({parts[at].id, parts[parts[at].next].id});
        if (found != merges_.end()) pairs.push({&found->second, at, found->first});
    };
    for (std::size_t at = 0; at < parts.size(); ++at) consider(at);
    while (!pairs.empty()) {
        const auto [merge, at, ids] = pairs.top();
        pairs.pop();
        Part& left = parts[at];
        if (left.id != ids.first || left.next >= parts.size()) continue;
        Part& right = parts[left.next];
        if (right.id != ids.second) continue;
        left.id = merge->result;
        right.id = kGone;
        left.next = right.next;
        if (left.next < parts.size()) parts[left.next].previous = at;
        consider(left.previous);
        consider(at);
    }
}

}  // namespace gotong::engine
