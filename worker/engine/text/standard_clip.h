// CLIP's standard tokenizer, which single-file checkpoints were trained with and do not carry: its
// merges are part of this program (clip_merges.txt), its vocabulary follows from them.
#pragma once

#include "common/result.h"
#include "worker/engine/text/tokenizer_files.h"

namespace gotong::engine {

// What fills the places after the end of a short text.
enum class ClipPadding {
    end,   // <|endoftext|>: OpenAI's encoder, as of Stable Diffusion 1.
    zero,  // The id 0, "!": OpenCLIP's, as of Stable Diffusion 2 and SDXL's second.
};

// 49,408 ids: 256 bytes, the same at a word's end, 48,894 merges, begin and end of text.
// Cost: 40 ms, so that it is made when a model needs it.
TokenizerFiles standard_clip_files(ClipPadding padding);

}  // namespace gotong::engine
