// Can a picture be made with the memory there is? Asked before any of it is taken.
//
// Corridor: stages/need -> [stages/foresee] -> engine/batch
#pragma once

#include "common/result.h"
#include "worker/engine/model_parts.h"
#include "worker/engine/request/order.h"

namespace gotong::engine {

// `rows_beside`: those of other pictures in the denoiser's calls. What is not this picture's may be
// given up for it (stages/relief). Error: resource_exhausted, with what it needs, what is free and
// what would work.
Result<> check_room(Model::Parts& model, const Order& order, std::int64_t rows_beside);

}  // namespace gotong::engine
