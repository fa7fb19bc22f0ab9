// A diffusers folder on disk: which parts it says it has, and where their files are. No torch.
#pragma once

#include <filesystem>
#include <string>

#include "common/result.h"
#include "worker/engine/weights/config.h"
#include "worker/engine/weights/safetensors.h"

namespace gotong::engine {

// What model_index.json says beyond naming parts.
struct ModelIndex {
    bool is_xl = false;                   // Two tokenizers and text encoders side by side.
    bool zeros_for_empty_prompt = false;  // In an empty negative prompt's place.
};

// Reads model_index.json and refuses every kind of pipeline or part but those of Stable Diffusion
// 1, 2 and XL (unimplemented, naming the key).
Result<ModelIndex> check_model_index(const std::filesystem::path& folder);

// `folder`/`part`/config.json.
Result<ConfigReader> open_config(const std::filesystem::path& folder, const std::string& part);

struct WeightFile {
    SafetensorsFile file;
    std::string name;  // For error messages: "unet/diffusion_pytorch_model.safetensors".
};

// `folder`/`part`/`stem`.safetensors, or its half-precision variant `stem`.fp16.safetensors.
// Errors: not_found; unimplemented where only weights in pieces, or in formats that can carry
// code, are there.
Result<WeightFile> open_weights(const std::filesystem::path& folder, const std::string& part,
                                const std::string& stem);

}  // namespace gotong::engine
