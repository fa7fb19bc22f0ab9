// Where this machine's models are, for the pool: what the renderer has loaded is in memory, the
// rest on disk.
//
// Threads: one at a time calls now().
//
// Corridor: render_child/line -> [daemon/places] -> job/agent
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "worker/job/job.h"
#include "worker/models/local_models.h"
#include "worker/render_child/child.h"

namespace gotong::daemon {

class Places {
  public:
    explicit Places(std::vector<models::LocalModel> local) : local_(std::move(local)) {}

    // Of all models, with what the newest load of each took.
    std::vector<worker::ModelPlace> now(const std::vector<render_child::LoadedModel>& loaded);

  private:
    const std::vector<models::LocalModel> local_;
    std::map<std::string, std::chrono::milliseconds> loads_;  // By the model's digest.
};

}  // namespace gotong::daemon
