// A digest of what a creator asked for, before anything was filled in, by which a retry is told
// from another request under the same idempotency key.
#pragma once

#include "common/crypto/digest.h"
#include "coordinator/job/job.h"

namespace gotong::job {

// Equal for submissions that ask for the same in the same words. Absent differs from a default.
// Account and key are not part of it. For submissions that passed intake's check_texts().
Digest request_hash(const Submission& submission);

}  // namespace gotong::job
