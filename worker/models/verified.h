// The executor that lets no weight file be parsed before its digest was checked.
//
// Corridor: job/executor -> [models/verified] -> link/fetched
#pragma once

#include "common/time.h"
#include "worker/job/executor.h"
#include "worker/models/local_models.h"

namespace gotong::models {

// Sets job.model_dir for the inner executor and adds the files to its outcome. data_loss: the files
// are not those that were offered. Both references outlive the executor, which alone uses `models`
// from then on.
worker::ExecutorPtr verified(LocalModels& models, const Clock& clock, worker::ExecutorPtr inner);

}  // namespace gotong::models
