// The configs that a checkpoint would have as a diffusers folder, from its tensors' shapes.
#pragma once

#include <string>
#include <string_view>

#include "common/ldm/checkpoint.h"
#include "common/result.h"

namespace gotong::ldm {

// JSON of "model_index.json", "unet/config.json", "vae/config.json", "text_encoder/config.json",
// "text_encoder_2/config.json" (SDXL), "scheduler/scheduler_config.json".
//
// Errors: not_found for any other path; invalid_argument (a tensor is missing) and unimplemented
// (blocks of a level that differ), naming the tensor.
Result<std::string> diffusers_config(const Checkpoint& checkpoint, std::string_view path);

}  // namespace gotong::ldm
