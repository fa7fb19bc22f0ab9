#include "coordinator/store/sqlite/transaction.h"

#include "common/check.h"

namespace gotong::sqlite {

Transaction::Transaction(Database& database) : database_(database) {
    check(!database_.in_transaction(), "one transaction of a store at a time");
    database_.forgive();
    // IMMEDIATE takes the write lock now, so that no later write can find it taken.
    database_.run("BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
    if (ended_) return;                       // What is open now is another's.
    if (!database_.in_transaction()) return;  // Rolled back by SQLite on an error.
    database_.forgive();
    database_.run("ROLLBACK");
}

Result<> Transaction::commit() {
    database_.run("COMMIT");
    if (database_.has_failed()) return Failure{*database_.error()};
    ended_ = true;
    return {};
}

}  // namespace gotong::sqlite
