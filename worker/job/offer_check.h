// Is this offer the pool's own word, and about the attempt that its frame names?
//
// Corridor: link/session -> [job/offer_check] -> job/agent
#pragma once

#include "common/crypto/sign.h"
#include "common/offer/offer.h"
#include "common/receipt/dsse.h"
#include "common/result.h"
#include "worker/job/job.h"

namespace gotong::worker {

// The offer, once its signature by the pool's pinned key has been found good. Errors:
// permission_denied (another key, or forged), invalid_argument (unreadable, or about another
// attempt than `lease`).
Result<Offer> check_offer(const receipt::Envelope& envelope, const Lease& lease,
                          const crypto::PublicKey& pool_key);

}  // namespace gotong::worker
