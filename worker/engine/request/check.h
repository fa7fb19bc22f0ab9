// Does a request fit the loaded model?
#pragma once

#include <optional>

#include "common/result.h"
#include "worker/engine/request/model_info.h"
#include "worker/engine/request/request.h"

namespace gotong::engine {

// Far beyond what any model draws well, and low enough that no count of pixels overflows.
inline constexpr int kMaxSide = 16'384;

// Errors: invalid_argument with the field, the limit and the nearest value that works.
Result<> check_request(const ModelInfo& model, const Request& request);
Result<> check_start(const ModelInfo& model, const Request& request, const Latent& start);

// What an inpainting model needs and no other takes: mask and masked picture's latent, of the
// request's original or given as they are.
Result<> check_beside(const ModelInfo& model, const Request& request,
                      const std::optional<Latent>& beside);

}  // namespace gotong::engine
