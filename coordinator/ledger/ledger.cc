#include "coordinator/ledger/ledger.h"

#include <utility>

#include "common/check.h"

namespace gotong::ledger {
namespace {

// Moves `amount` from one account to the other.
bool move(store::Transaction& transaction, const char* kind, std::string reference, WallTime now,
          std::string from, std::string to, Credits amount) {
    return transaction.post({.kind = kind,
                             .reference = std::move(reference),
                             .at = now,
                             .entries = {{std::move(from), -amount}, {std::move(to), amount}}});
}

// A job that was queued again has a hold of its own each time.
std::string hold_of(const job::Job& job) {
    if (job.requeued == 0) return job.id.to_hex();
    return job.id.to_hex() + "/" + std::to_string(job.requeued);
}

void end_hold(store::Transaction& transaction, const job::Job& job, const char* kind,
              std::string to, WallTime now) {
    const std::string held = held_of(job.account);
    check(transaction.balance(held) >= job.price, "a hold ended that is not there");
    check(move(transaction, kind, hold_of(job), now, held, std::move(to), job.price),
          "a hold ended twice");
}

}  // namespace

std::string available_of(AccountId creator) { return "creator/" + creator.to_hex() + "/available"; }
std::string held_of(AccountId creator) { return "creator/" + creator.to_hex() + "/held"; }
std::string earned_by(WorkerId worker) { return "worker/" + worker.to_hex(); }

bool grant(store::Transaction& transaction, AccountId creator, Credits amount, WallTime now) {
    return move(transaction, "grant", creator.to_hex(), now, kGrants, available_of(creator),
                amount);
}

bool hold(store::Transaction& transaction, const job::Job& job, WallTime now) {
    return move(transaction, "hold", hold_of(job), now, available_of(job.account),
                held_of(job.account), job.price);
}

void settle(store::Transaction& transaction, const job::Job& job, WorkerId worker, WallTime now) {
    end_hold(transaction, job, "settle", earned_by(worker), now);
}

void release(store::Transaction& transaction, const job::Job& job, WallTime now) {
    end_hold(transaction, job, "release", available_of(job.account), now);
}

}  // namespace gotong::ledger
