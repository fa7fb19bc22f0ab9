// The ledger: double entry, append-only, in integer micro-credits.
//
// Every movement is a posting whose entries sum to zero, so the sum over all accounts is zero at
// all times. A job's credits move twice: from available to held when it is submitted, and from held
// to the worker (settle) or back (release) when it ends; again so if it is queued again. Each
// posting can be made once only, which makes every call here safe to repeat.
//
// Corridor: job/intake -> [ledger/ledger] -> schedule/queue
#pragma once

#include <string>

#include "common/credits.h"
#include "common/ids.h"
#include "common/time.h"
#include "coordinator/job/job.h"
#include "coordinator/store/store.h"

namespace gotong::ledger {

// Names of the ledger's accounts.
std::string available_of(AccountId creator);
std::string held_of(AccountId creator);
std::string earned_by(WorkerId worker);
inline constexpr const char* kGrants = "pool/grants";  // Owes what creators were given.

// Once for an account; false when it has had its grant.
bool grant(store::Transaction& transaction, AccountId creator, Credits amount, WallTime now);

// The caller has checked that the price is available. False when it is held already.
bool hold(store::Transaction& transaction, const job::Job& job, WallTime now);

// Ends the hold. Exactly one of the two for each job; the second call of either is a broken
// invariant.
void settle(store::Transaction& transaction, const job::Job& job, WorkerId worker, WallTime now);
void release(store::Transaction& transaction, const job::Job& job, WallTime now);

}  // namespace gotong::ledger
