// What creators uploaded for jobs to begin with: which files count, for how long, and what becomes
// of jobs whose files are gone. Private to coordinator/core.
//
// A file is kept while a job that has not ended names it, and for a day after it came or was last
// asked for. The store's row is the truth: a file without one is removed, and a row without a file
// fails the jobs that wait for it.
//
// Corridor: gateway/inputs -> [core/inputs] -> core/attempts
#pragma once

#include <vector>

#include "coordinator/core/state.h"

namespace gotong::core {

// The files that the job begins with. not_found, in a sentence for its creator, when one is gone.
Result<std::vector<store::Input>> inputs_for(const Step& step, const job::Job& job);

// Whether everything that a submission names was uploaded by its account. failed_precondition with
// the field.
Result<> check_uploaded(const Step& step, AccountId account, const RenderSpec& spec);

// Removes what is older than a day and not named by an open job.
void remove_old_inputs(Step& step);

}  // namespace gotong::core
