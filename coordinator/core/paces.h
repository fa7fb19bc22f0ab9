// What is remembered of workers' speeds: which models each has loaded, how long loading takes it,
// and how fast it renders with them. Private to coordinator/core.
//
// Speeds outlive sessions and restarts, in the store's setting "worker.<id>.paces": one line a
// model, digest, nanoseconds for a micro-credit, milliseconds of loading, 0 for what is not known.
// It is written when something changed by more than a tenth, not with every picture.
//
// Corridor: rpc/worker_frames -> [core/paces] -> schedule/locality
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "coordinator/core/state.h"

namespace gotong::core {

// What was known of the worker before this session.
void recall_paces(Step& step, roster::Session& session);

// How large the files of what it can render are.
void note_sizes(const Catalogue& catalogue, roster::Session& session);

void note_places(Step& step, roster::Session& session, const std::vector<ModelPlace>& places);

// A picture of that price took so long to render.
void note_rendering(Step& step, roster::Session& session, const job::Job& job,
                    std::chrono::nanoseconds took);

std::string encode(const roster::Paces& paces);
roster::Paces decode_paces(const std::string& text);  // Leaves out what does not read.

}  // namespace gotong::core
