// Accounts, workers and invites.
#include "coordinator/store/sqlite/query.h"
#include "coordinator/store/sqlite/transaction.h"

namespace gotong::sqlite {

void Transaction::insert(const store::Account& account) {
    Query(database_,
          "INSERT INTO account (id, name, token_hash, revoked, weight, max_open_jobs) "
          "VALUES (?, ?, ?, ?, ?, ?)",
          account.id, account.name, account.token_hash, account.revoked, account.weight,
          account.max_open_jobs)
        .run();
}

void Transaction::set_revoked(AccountId account, bool revoked) {
    Query(database_, "UPDATE account SET revoked = ? WHERE id = ?", revoked, account).run();
}

void Transaction::set_token(AccountId account, const crypto::Digest& token_hash) {
    Query(database_, "UPDATE account SET token_hash = ? WHERE id = ?", token_hash, account).run();
}

void Transaction::set_limits(AccountId account, std::uint32_t weight, std::uint32_t max_open_jobs) {
    Query(database_, "UPDATE account SET weight = ?, max_open_jobs = ? WHERE id = ?", weight,
          max_open_jobs, account)
        .run();
}

std::vector<store::Account> Transaction::accounts() {
    Query query(database_,
                "SELECT id, name, token_hash, revoked, weight, max_open_jobs "
                "FROM account ORDER BY id");
    std::vector<store::Account> accounts;
    while (query.next()) {
        accounts.push_back({.id = query.take<AccountId>(),
                            .name = query.take<std::string>(),
                            .token_hash = query.take<crypto::Digest>(),
                            .revoked = query.take<bool>(),
                            .weight = query.take<std::uint32_t>(),
                            .max_open_jobs = query.take<std::uint32_t>()});
    }
    return accounts;
}

void Transaction::insert(const store::Worker& worker) {
    Query(database_,
          "INSERT INTO worker (id, public_key, name, enrolment, enrolled, revoked) "
          "VALUES (?, ?, ?, ?, ?, ?)",
          worker.id, worker.public_key.bytes, worker.name, worker.enrolment, worker.enrolled,
          worker.revoked)
        .run();
}

void Transaction::update(const store::Worker& worker) {
    Query(database_, "UPDATE worker SET name = ?, enrolment = ?, revoked = ? WHERE id = ?",
          worker.name, worker.enrolment, worker.revoked, worker.id)
        .run();
}

std::vector<store::Worker> Transaction::workers() {
    Query query(database_,
                "SELECT id, public_key, name, enrolment, enrolled, revoked FROM worker "
                "ORDER BY id");
    std::vector<store::Worker> workers;
    while (query.next()) {
        workers.push_back({.id = query.take<WorkerId>(),
                           .public_key = {query.take<decltype(crypto::PublicKey::bytes)>()},
                           .name = query.take<std::string>(),
                           .enrolment = query.take<std::string>(),
                           .enrolled = query.take<WallTime>(),
                           .revoked = query.take<bool>()});
    }
    return workers;
}

void Transaction::insert_invite(const crypto::Digest& token_hash, WallTime expires) {
    Query(database_, "INSERT INTO invite VALUES (?, ?)", token_hash, expires).run();
}

bool Transaction::take_invite(const crypto::Digest& token_hash, WallTime now) {
    Query(database_, "DELETE FROM invite WHERE token_hash = ? AND expires > ?", token_hash, now)
        .run();
    return database_.changes() == 1;
}

}  // namespace gotong::sqlite
