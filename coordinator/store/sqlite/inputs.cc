// What creators uploaded for jobs to begin with.
#include "coordinator/store/sqlite/query.h"
#include "coordinator/store/sqlite/transaction.h"

namespace gotong::sqlite {
namespace {

store::Input input_at(Query& row) {
    return {.name = {.account = row.take<AccountId>(), .sha256 = row.take<crypto::Digest>()},
            .size = row.take<std::uint64_t>(),
            .kept_from = row.take<WallTime>()};
}

std::vector<store::Input> inputs_in(Query& query) {
    std::vector<store::Input> inputs;
    while (query.next()) inputs.push_back(input_at(query));
    return inputs;
}

}  // namespace

void Transaction::put_input(const store::Input& input) {
    Query(database_, "INSERT OR REPLACE INTO input VALUES (?, ?, ?, ?)", input.name.account,
          input.name.sha256, input.size, input.kept_from)
        .run();
}

void Transaction::remove_input(const job::InputName& name) {
    Query(database_, "DELETE FROM input WHERE account = ? AND sha256 = ?", name.account,
          name.sha256)
        .run();
}

std::optional<store::Input> Transaction::find_input(const job::InputName& name) {
    Query query(database_, "SELECT * FROM input WHERE account = ? AND sha256 = ?", name.account,
                name.sha256);
    if (!query.next()) return std::nullopt;
    return input_at(query);
}

std::vector<store::Input> Transaction::inputs_of(AccountId account) {
    Query query(database_, "SELECT * FROM input WHERE account = ? ORDER BY kept_from, sha256",
                account);
    return inputs_in(query);
}

std::vector<store::Input> Transaction::inputs_until(WallTime kept_from) {
    Query query(database_,
                "SELECT * FROM input WHERE kept_from <= ? ORDER BY kept_from, sha256, account",
                kept_from);
    return inputs_in(query);
}

}  // namespace gotong::sqlite
