// Whether anybody could ever render what was just submitted. Private to coordinator/core.
//
// Corridor: job/intake -> [core/prospects] -> schedule/queue
#pragma once

#include <string>
#include <vector>

#include "coordinator/core/state.h"

namespace gotong::core {

// Sentences that warn, with what would work; none when somebody online could render it. A job that
// nobody can render today is taken all the same: machines come and go.
//
// Cost: until the first that could, then linear in the workers enrolled.
std::vector<std::string> prospects(const State& state, const job::Job& job);

}  // namespace gotong::core
