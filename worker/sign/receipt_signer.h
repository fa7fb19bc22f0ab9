// What this worker claims about a picture, and its signature over the claim.
//
// The prompt is disclosed in the statement unless the job is private; the picture's own text does
// the same. A private picture's statement only commits to it, with the salt of the pool's offer.
//
// Corridor: image/png -> [sign/receipt_signer] -> link/kept
#pragma once

#include "common/receipt/statement.h"
#include "common/result.h"
#include "worker/job/executor.h"
#include "worker/sign/identity.h"

namespace gotong::sign {

// Every field from the offer, the outcome and the identity; nothing is looked up. Errors:
// internal for an outcome that lacks a picture.
Result<receipt::RenderStatement> make_statement(const Identity& identity, const worker::Job& job,
                                                const worker::Outcome& outcome);

// Adds the signed statement. `identity` outlives the executor.
worker::ExecutorPtr signed_by(const Identity& identity, worker::ExecutorPtr inner);

}  // namespace gotong::sign
