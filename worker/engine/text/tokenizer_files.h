// What a CLIP tokenizer's folder says, in either layout, before anything is made of it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "common/result.h"
#include "worker/engine/text/bpe.h"

namespace gotong::engine {

// A token that is recognised in the text itself, ahead of everything else.
struct AddedToken {
    std::string content;
    bool normalized = false;  // Looked for after normalisation (any case), not before.

    bool operator==(const AddedToken&) const = default;
};

struct TokenizerFiles {
    Vocabulary vocabulary;
    MergeList merges;
    std::vector<AddedToken> added;  // In the order of being added; a later one replaces its equal.
    std::string bos;
    std::string eos;
    std::string unknown;
    std::string pad;
    int max_length = 0;
};

// Errors name file and key: not_found, invalid_argument, unimplemented (another kind of
// tokenizer). Where both layouts are there, tokenizer.json counts.
Result<TokenizerFiles> read_tokenizer_files(const std::filesystem::path& folder);

}  // namespace gotong::engine
