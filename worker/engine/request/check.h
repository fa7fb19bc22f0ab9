// Does a request fit the loaded model?
#pragma once

#include "common/result.h"
#include "worker/engine/request/model_info.h"
#include "worker/engine/request/request.h"

namespace gotong::engine {

// Far beyond what any model draws well, and low enough that no count of pixels overflows.
inline constexpr int kMaxSide = 16'384;

// Errors: invalid_argument with the field, the limit and the nearest value that works.
Result<> check_request(const ModelInfo& model, const Request& request);
Result<> check_start(const ModelInfo& model, const Request& request, const Latent& start);

}  // namespace gotong::engine
