#include "coordinator/store/sqlite/transaction.h"

#include "common/check.h"

namespace gotong::sqlite {

Transaction::Transaction(Database& database) : database_(database) {
    check(!database_.in_transaction(), "one transaction of a store at a time");
    database_.forgive();
    database_.begin_when_asked();
    database_.throw_errors(true);
}

Transaction::~Transaction() {
    if (ended_) return;  // What is open now is another's.
    database_.throw_errors(false);
    if (database_.end_unbegun() || !database_.in_transaction())
        return;  // Or SQLite rolled it back.
    database_.forgive();
    database_.run("ROLLBACK");
}

Result<> Transaction::commit() {
    database_.throw_errors(false);
    if (!database_.end_unbegun()) database_.run("COMMIT");  // Nothing was asked, so nothing began.
    if (database_.has_failed()) return Failure{*database_.error()};
    ended_ = true;
    return {};
}

}  // namespace gotong::sqlite
