// Which kinds of pipelines the engine builds. No torch.
#pragma once

#include "common/result.h"
#include "worker/engine/weights/config.h"

namespace gotong::engine {

// What model_index.json says beyond naming parts.
struct ModelIndex {
    bool is_xl = false;                   // Two tokenizers and text encoders side by side.
    bool zeros_for_empty_prompt = false;  // In an empty negative prompt's place.
};

// Judges model_index.json, and refuses every kind of pipeline or part but those of Stable Diffusion
// 1, 2 and XL (unimplemented, naming the key).
Result<ModelIndex> check_model_index(ConfigReader index);

}  // namespace gotong::engine
