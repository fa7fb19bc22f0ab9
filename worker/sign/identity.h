// Who this worker is towards its pool: its key, and the pool's word that the key is a worker's.
#pragma once

#include <filesystem>
#include <string>

#include "common/crypto/sign.h"
#include "common/receipt/dsse.h"
#include "common/receipt/statement.h"
#include "common/result.h"

namespace gotong::sign {

struct Identity {
    crypto::SigningKey key;
    receipt::PoolClaim pool;
    Digest enrolment_sha256{};  // Of the enrolment's payload.
};

// DIR/worker.key, made at the first call. Errors: those of SigningKey::load_or_create(), which
// refuses a file that others may read; the field is the file's name.
Result<crypto::SigningKey> load_or_create_key(const std::filesystem::path& data_dir);

// Whether `enrolment` is the pool's signed word about `worker`. Errors: permission_denied (not
// signed by `pool`), failed_precondition (about another key), invalid_argument (unreadable).
Result<> check_enrolment(const receipt::Envelope& enrolment, const crypto::PublicKey& worker,
                         const crypto::PublicKey& pool);

}  // namespace gotong::sign
