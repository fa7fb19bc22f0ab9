// Postings and balances.
#include "common/check.h"
#include "coordinator/store/sqlite/query.h"
#include "coordinator/store/sqlite/transaction.h"

namespace gotong::sqlite {
namespace {

bool is_balanced(const store::Posting& posting) {
    Credits sum;
    for (const store::LedgerEntry& entry : posting.entries) sum = sum + entry.amount;
    return sum == Credits{};
}

}  // namespace

bool Transaction::post(const store::Posting& posting) {
    check(is_balanced(posting), "the entries of a posting sum to zero");
    Query(database_,
          "INSERT INTO posting (kind, reference, at) VALUES (?, ?, ?) "
          "ON CONFLICT (kind, reference) DO NOTHING",
          posting.kind, posting.reference, posting.at)
        .run();
    if (database_.changes() == 0) return false;
    const std::int64_t row = database_.last_row();
    int line = 0;
    for (const store::LedgerEntry& entry : posting.entries) {
        Query(database_, "INSERT OR FAIL INTO ledger_entry VALUES (?, ?, ?, ?)", row, ++line,
              entry.account, entry.amount)
            .run();
    }
    return true;
}

Credits Transaction::balance(std::string_view ledger_account) {
    Query query(database_, "SELECT micro FROM ledger_balance WHERE account = ?", ledger_account);
    return query.next() ? query.take<Credits>() : Credits{};
}

}  // namespace gotong::sqlite
