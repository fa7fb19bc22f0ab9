// Attempts, and the statements that were accepted.
#include "coordinator/store/sqlite/query.h"
#include "coordinator/store/sqlite/transaction.h"

namespace gotong::sqlite {
namespace {

job::Attempt attempt_at(Query& row) {
    return {.job = row.take<JobId>(),
            .number = row.take<std::uint32_t>(),
            .worker = row.take<WorkerId>(),
            .offer_sha256 = row.take<crypto::Digest>(),
            .started = row.take<WallTime>(),
            .ended = row.take<std::optional<WallTime>>(),
            .outcome = row.take<std::string>(),
            .reason = row.take<std::string>(),
            .choice = row.take<std::string>()};
}

}  // namespace

void Transaction::insert(const job::Attempt& attempt) {
    Query(database_, "INSERT OR FAIL INTO attempt VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", attempt.job,
          attempt.number, attempt.worker, attempt.offer_sha256, attempt.started, attempt.ended,
          attempt.outcome, attempt.reason, attempt.choice)
        .run();
}

void Transaction::end_attempt(JobId job, std::uint32_t number, WallTime at,
                              std::string_view outcome, std::string_view reason) {
    Query(database_,
          "UPDATE OR FAIL attempt SET ended = ?, outcome = ?, reason = ? WHERE job = ? AND number "
          "= ?",
          at, outcome, reason, job, number)
        .run();
}

std::optional<job::Attempt> Transaction::find_attempt(JobId job, std::uint32_t number) {
    Query query(database_, "SELECT * FROM attempt WHERE job = ? AND number = ?", job, number);
    if (!query.next()) return std::nullopt;
    return attempt_at(query);
}

std::vector<job::Attempt> Transaction::attempts_of(JobId job) {
    Query query(database_, "SELECT * FROM attempt WHERE job = ? ORDER BY number", job);
    std::vector<job::Attempt> attempts;
    while (query.next()) attempts.push_back(attempt_at(query));
    return attempts;
}

store::WorkerRecord Transaction::record_of(WorkerId worker) {
    Query query(database_, "SELECT accepted FROM worker WHERE id = ?", worker);
    return {.accepted = query.next() ? query.take<std::uint64_t>() : 0};
}

bool Transaction::remember_statement(const crypto::Digest& statement_sha256, JobId job) {
    Query(database_, "INSERT INTO accepted_statement VALUES (?, ?) ON CONFLICT (sha256) DO NOTHING",
          statement_sha256, job)
        .run();
    return database_.changes() == 1;
}

}  // namespace gotong::sqlite
