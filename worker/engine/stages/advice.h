// A lack of memory, told with the way out of it.
#pragma once

#include "common/result.h"
#include "worker/engine/request/model_info.h"
#include "worker/engine/request/request.h"

namespace gotong::engine {

// Other errors pass through.
Error with_advice(const Error& error, const ModelInfo& model, const Request& request);

}  // namespace gotong::engine
