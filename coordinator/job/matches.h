// Whether a worker's statement is about the very attempt that it was offered.
//
// The signature, the blob and the picture in it were checked before (coordinator/verify); this is
// the comparison with what the pool asked for, field by field.
//
// Corridor: verify/verifier -> [job/matches] -> ledger/ledger
#pragma once

#include <string>

#include "common/crypto/digest.h"
#include "common/receipt/statement.h"
#include "common/result.h"
#include "coordinator/job/job.h"

namespace gotong::job {

// Who may sign, and for which pool.
struct Parties {
    std::string worker_key_id;  // Hexadecimal.
    Digest enrolment_sha256{};  // Of the payload of the worker's enrolment.
    std::string pool_key_id;    // Hexadecimal.
    std::string pool_name;
};

// invalid_argument names the first field that differs, as docs/verify.md spells it. The
// prompt is disclosed unless the picture is private.
Result<> matches(const receipt::RenderStatement& statement, const Job& job, const Attempt& attempt,
                 const Parties& parties, const Digest& blob_sha256);

}  // namespace gotong::job
