// Byte-pair merging: one word's bytes -> ids. The vocabulary and the merge list of a CLIP
// tokenizer, checked when built, and the merge loop.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "common/result.h"

namespace gotong::engine {

using TokenId = std::int64_t;
using Vocabulary = std::unordered_map<std::string, TokenId>;
using MergeList = std::vector<std::pair<std::string, std::string>>;  // First is merged first.

// How vocabularies spell a byte: as a visible character, printable Latin-1 as itself.
struct ByteSpelling {
    std::string text;   // UTF-8.
    bool lent = false;  // Another character's, because the byte has none that shows.
};
std::vector<ByteSpelling> byte_spellings();  // By byte, 256 of them.

class Bpe {
  public:
    // Errors (invalid_argument): a merge whose parts or result are not in the vocabulary, or an
    // `unknown` token that is not.
    static Result<Bpe> build(const Vocabulary& vocabulary, const MergeList& merges,
                             const std::string& unknown);

    // Appends the ids of `word`, any bytes but none at all. Cost: n log n in its length.
    void append_ids(std::vector<TokenId>& ids, std::string_view word) const;

  private:
    struct Merge {
        std::size_t rank = 0;
        TokenId result = 0;
    };
    struct PairHash {
        std::size_t operator()(const std::pair<TokenId, TokenId>& pair) const {
            constexpr std::size_t kOddMultiplier = 0x9E3779B97F4A7C15ULL;
            return static_cast<std::size_t>(pair.first) * kOddMultiplier +
                   static_cast<std::size_t>(pair.second);
        }
    };

    // A piece of the word between its neighbours; beyond its ends there is no index.
    struct Part {
        TokenId id = 0;
        std::size_t next = 0;
        std::size_t previous = 0;
    };
    // Two neighbours that the list merges.
    struct Pair {
        const Merge* merge;
        std::size_t at;  // Of the left one.
        std::pair<TokenId, TokenId> ids;
        bool operator>(const Pair& other) const {
            return std::pair{merge->rank, at} > std::pair{other.merge->rank, other.at};
        }
    };
    void merge_all(std::vector<Part>& parts) const;

    // Of each byte, inside a word and at its end ("</w>"); the unknown token where it has none.
    std::vector<TokenId> inner_;
    std::vector<TokenId> final_;
    std::unordered_map<std::pair<TokenId, TokenId>, Merge, PairHash> merges_;
};

}  // namespace gotong::engine
