// Which of this machine's models the pool knows under the same digest. A pure function.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "common/model/manifest.h"
#include "worker/job/job.h"
#include "worker/models/local_models.h"

namespace gotong::models {

// A model in the pool's catalogue.
struct PoolModel {
    model::ModelManifest manifest;  // Name and files; the rest may be empty.
    worker::PreviewMap preview;
};

struct Match {
    std::vector<worker::UsableModel> usable;
    std::vector<std::string> warnings;  // For the contributor: what differs, and what to do.
};

// A model counts by its files alone: a folder may have another name than the pool's.
Match match_models(std::span<const LocalModel> local, std::span<const PoolModel> pool);

}  // namespace gotong::models
