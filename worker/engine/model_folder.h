// Which kinds of pipelines the engine builds. No torch.
#pragma once

#include "common/result.h"
#include "worker/engine/weights/config.h"

namespace gotong::engine {

// Judges model_index.json, and refuses every kind of pipeline or part but Stable Diffusion 1's
// (unimplemented, naming the key).
Result<> check_model_index(ConfigReader index);

}  // namespace gotong::engine
