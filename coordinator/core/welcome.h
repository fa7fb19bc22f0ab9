// What a worker is told when it comes, and again when the catalogue changes. Private to
// coordinator/core.
#pragma once

#include "coordinator/core/state.h"

namespace gotong::core {

Welcome welcome_for(const State& state, const roster::Session& session, bool resumed);

}  // namespace gotong::core
