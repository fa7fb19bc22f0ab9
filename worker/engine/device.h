// Where the engine computes, in which type, and what libtorch's exceptions mean.
#pragma once

#include <c10/core/InferenceMode.h>

#include <type_traits>
#include <utility>

#include "common/result.h"
#include "worker/engine/layers/weights.h"
#include "worker/engine/model.h"

namespace gotong::engine {

// Device and type for text encoder and denoiser, and libtorch's threads set as asked.
// Errors: failed_precondition when CUDA is asked for and there is none.
Result<Placement> choose_device(const DeviceOptions& options);

// The exception being handled as an Error: resource_exhausted for lack of memory, internal for
// the rest. Call it in a catch block only.
Error error_of_current_exception();

// Runs `compute`, which returns a Result, without autograd, and turns exceptions into its Error.
template <class Compute>
std::invoke_result_t<Compute> guarded(Compute&& compute) {
    try {
        const c10::InferenceMode inference;
        return std::forward<Compute>(compute)();
    } catch (...) {
        return Failure{error_of_current_exception()};
    }
}

}  // namespace gotong::engine
