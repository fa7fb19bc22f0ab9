// What is done before a picture fails for want of memory: whatever is not this picture's is given
// up, and what lacked it is done once more.
//
// Corridor: engine/batch -> [stages/relief] -> engine/model
#pragma once

#include <type_traits>

#include "worker/engine/device.h"
#include "worker/engine/model_parts.h"

namespace gotong::engine {

// Frees recorded calls, models that nobody uses (Model::on_want), the text encoders, which have
// done their work, and what allocators keep. True when there may be more memory now. None of it
// changes a picture.
bool relieve(Model::Parts& model);

// Whether `bytes` more can be had, perhaps after relieve(). True where nobody knows.
bool has_room(Model::Parts& model, std::uint64_t bytes);

// Runs `compute` as guarded() does, and once more after a lack of memory that could be relieved.
template <class Compute>
std::invoke_result_t<Compute> relieved(Model::Parts& model, const Compute& compute) {
    auto result = guarded(compute);
    if (result || result.error().code != ErrorCode::resource_exhausted) return result;
    return relieve(model) ? guarded(compute) : result;
}

}  // namespace gotong::engine
