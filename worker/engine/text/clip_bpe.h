// CLIP's byte-pair tokenizer: text -> ids, equal to the reference implementation on any text.
//
// Text is split at special tokens, brought to NFC and lower case, cut into words (runs of letters,
// single digits, runs of anything else, English contractions), and each word's UTF-8 bytes are
// merged pair by pair in the order of the merge list. Reads both layouts that are in the wild:
// `tokenizer.json`, or `vocab.json` + `merges.txt`. No torch here.
//
// Immutable after load(): may be used from several threads at once.
//
// Corridor: encode/text_stack -> [text/clip_bpe] -> encode/clip_text
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "worker/engine/text/tokenizer_files.h"

namespace gotong::engine {

class ClipTokenizer {
  public:
    // Errors name the file and key at fault: not_found, invalid_argument (broken or contradictory
    // file), unimplemented (another kind of tokenizer).
    static Result<ClipTokenizer> load(const std::filesystem::path& folder);

    // The same of what such a folder says.
    static Result<ClipTokenizer> build(TokenizerFiles files);

    ClipTokenizer(ClipTokenizer&&) noexcept;
    ClipTokenizer& operator=(ClipTokenizer&&) noexcept;
    ~ClipTokenizer();

    // Begin, the text's ids, end; as long as the text needs. Text that is not UTF-8 is
    // invalid_argument. Cost: n log n in the text.
    Result<std::vector<std::int64_t>> ids(std::string_view text) const;

    // The same, cut or padded to exactly max_length() ids; the last id before padding is the end.
    Result<std::vector<std::int64_t>> encode(std::string_view text) const;

    int max_length() const;  // model_max_length of tokenizer_config.json: 77 for CLIP.
    std::int64_t highest_id() const;

  private:
    struct Tables;
    explicit ClipTokenizer(std::unique_ptr<const Tables> tables);
    std::unique_ptr<const Tables> tables_;
};

}  // namespace gotong::engine
