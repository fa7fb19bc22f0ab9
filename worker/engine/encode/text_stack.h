// All that a model reads a text with: a tokenizer and an encoder, or two pairs of them side by
// side, whose vectors the denoiser sees joined.
//
// Corridor: encode/clip_text -> [encode/text_stack] -> stages/condition
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/result.h"
#include "worker/engine/encode/clip_text.h"
#include "worker/engine/text/clip_bpe.h"

namespace gotong::engine {

struct TextReader {
    std::string tokenizer_part;  // Its folders, for messages: "tokenizer_2", "text_encoder_2".
    std::string encoder_part;
    ClipTokenizer tokenizer;
    ClipTextConfig config;
    ClipTextRole role;
    std::function<Result<ClipTextEncoder>()> load;
    std::optional<ClipTextEncoder> encoder{};  // Empty: not loaded, or put away.
};

// A text as the model reads it.
struct ReadText {
    std::vector<std::vector<std::int64_t>> ids;  // Each reader's; none for a text left out.
    at::Tensor context;                          // [1, tokens, context_width()]
    at::Tensor pooled;  // [1, pooled_width()]: the whole text; undefined where that is 0.
};

class TextStack {
  public:
    enum class Empty { is_read, is_zeros };

    // `readers` has one or two; `empty` is what a text without characters becomes on the negative
    // side.
    TextStack(std::vector<TextReader> readers, Empty empty)
        : readers_(std::move(readers)), empty_(empty) {}

    // Do tokenizers and encoders fit one another? Errors: invalid_argument, naming file and key.
    Result<> check() const;

    // Loads the encoders that are not there. Errors: those of TextReader::load.
    Result<> load();

    // Gives up the encoders' memory; the next text that is not remembered loads them again. False
    // when there was nothing to give up.
    bool put_away();

    // A text that was among the last kRemembered different ones is not encoded again.
    // Errors: invalid_argument, for a text that is not UTF-8; those of load().
    Result<ReadText> read(const std::string& text);

    // How often a text was encoded.
    std::uint64_t encoded() const { return encoded_; }

    // Stable Diffusion XL's takes 0.6 MB in fp32, so all of them 20.
    static constexpr std::size_t kRemembered = 32;

    // The same for a negative prompt that stands beside `prompt`: zeros, in its shapes, where the
    // model was trained with them in an empty one's place.
    Result<ReadText> read_negative(const std::string& text, const ReadText& prompt);

    std::int64_t context_width() const;
    std::int64_t pooled_width() const;  // 0: there is no vector for the whole text.

  private:
    Result<ReadText> encode(const std::string& text);

    std::vector<TextReader> readers_;
    Empty empty_;
    std::list<std::pair<std::string, ReadText>> newest_first_;  // Nobody changes their tensors.
    std::uint64_t encoded_ = 0;
};

}  // namespace gotong::engine
