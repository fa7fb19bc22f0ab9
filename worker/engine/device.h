// Where the engine computes, in which type, and what libtorch's exceptions mean.
#pragma once

#include <c10/core/InferenceMode.h>

#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>

#include "common/result.h"
#include "worker/engine/layers/weights.h"
#include "worker/engine/model.h"

namespace gotong::engine {

// Device and type for text encoder and denoiser, and libtorch's threads set as asked.
// Errors: failed_precondition when CUDA is asked for and there is none.
Result<Placement> choose_device(const DeviceOptions& options);

// Bytes that may still be had there, what allocators keep for us among them, less what loaded
// weights will take once they are packed; nullopt where nobody knows.
std::optional<std::uint64_t> room(const Placement& placement);

// What an allocator takes there for tensors of so many bytes that come and go: a heap on the CPU
// has gaps. Weights stay, and lie side by side.
std::uint64_t with_gaps(const Placement& placement, std::uint64_t bytes);

// Of what models may hold: half of all plain memory; on CUDA four fifths of what is free.
std::uint64_t default_model_memory(const Placement& placement);

// Hands back what allocators keep of memory that tensors have left. True when an allocation that
// failed may succeed now; CUDA's allocator has tried as much by itself before it fails.
bool release_freed_memory(const Placement& placement);

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
