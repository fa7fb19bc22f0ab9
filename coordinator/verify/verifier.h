// What is done with a worker's result before the core hears of it: everything that can be told from
// the signature, the statement and the picture alone. Whether it is what was asked for, and by whom
// it may come, is compared later (job/matches).
//
// Depends on nothing but its arguments and the blob; any thread. Takes as long as decoding the
// picture, some 20 ms for a large one.
//
// Corridor: rpc/result_desk -> [verify/verifier] -> job/matches
#pragma once

#include <cstdint>

#include "common/crypto/digest.h"
#include "common/crypto/sign.h"
#include "common/receipt/dsse.h"
#include "common/receipt/statement.h"
#include "common/result.h"
#include "coordinator/blob/blob_store.h"

namespace gotong::verify {

struct Claim {
    receipt::Envelope envelope;  // As received.
    crypto::PublicKey worker;    // Of the session that it came by.
    crypto::Digest blob_sha256{};
    std::uint64_t blob_size = 0;
};

struct Finding {
    crypto::Digest statement_sha256{};   // Of the payload's bytes.
    receipt::RenderStatement statement;  // Meaningless when the verdict is an error.

    // invalid_argument: the worker's fault, in a sentence that it may be told. not_found: the
    // picture was never uploaded. Anything else (data_loss, internal): the pool's own disk.
    Result<> verdict;
};

// The rules, in order: one signature, by the session's key, over a statement of our kind; the
// statement is about this blob; the blob is here and of this size; it is a sound picture without a
// receipt (image_sanity.h), of the size and with the pixels that the statement says.
Finding verify_result(const Claim& claim, const blob::BlobStore& blobs);

}  // namespace gotong::verify
