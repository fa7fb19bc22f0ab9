// What a model's weights will take on the device, by the headers of its files: nothing is loaded.
//
// Corridor: source/model_source -> [engine/weigh] -> engine/model
#pragma once

#include <cstdint>

#include "common/result.h"
#include "worker/engine/layers/weights.h"
#include "worker/engine/model_folder.h"
#include "worker/engine/source/model_source.h"

namespace gotong::engine {

// Bytes. Errors: those of ModelSource::weights(). Cost: reads headers.
Result<std::uint64_t> weigh(const ModelSource& source, const ModelIndex& index,
                            const Placement& placement);

// Whether so many bytes of weights can be had now. Error: resource_exhausted, which says what would
// work.
Result<> check_room(const ModelSource& source, const ModelIndex& index, const Placement& placement,
                    std::uint64_t bytes);

}  // namespace gotong::engine
