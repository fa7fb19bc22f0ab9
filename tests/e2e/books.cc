#include "tests/e2e/books.h"

#include <sqlite3.h>

#include <functional>
#include <memory>
#include <stdexcept>

namespace gotong::test {
namespace {

struct Close {
    void operator()(sqlite3* database) const { sqlite3_close(database); }
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};

constexpr int kBusyMs = 5'000;  // A coordinator that is just starting has the file to itself.

void each_row(const std::filesystem::path& file, const char* sql,
              const std::function<void(sqlite3_stmt*)>& row) {
    sqlite3* opened = nullptr;
    sqlite3_open_v2(file.c_str(), &opened, SQLITE_OPEN_READONLY, nullptr);
    const std::unique_ptr<sqlite3, Close> database{opened};
    sqlite3_busy_timeout(opened, kBusyMs);
    sqlite3_stmt* prepared = nullptr;
    sqlite3_prepare_v2(opened, sql, -1, &prepared, nullptr);
    const std::unique_ptr<sqlite3_stmt, Close> statement{prepared};
    int result = SQLITE_ROW;
    while ((result = sqlite3_step(prepared)) == SQLITE_ROW) row(prepared);
    if (result != SQLITE_DONE) throw std::runtime_error(sqlite3_errmsg(opened));
}

std::string text(sqlite3_stmt* row, int column) {
    const unsigned char* bytes = sqlite3_column_text(row, column);
    return bytes ? reinterpret_cast<const char*>(bytes) : "";
}

struct Promise {
    const char* broken;
    const char* count;  // Of what breaks it.
};

constexpr Promise kPromises[] = {
    {"jobs are not done", "SELECT count(*) FROM job WHERE state <> 3"},
    {"jobs do not have exactly one accepted attempt",
     "SELECT count(*) FROM job WHERE (SELECT count(*) FROM attempt WHERE attempt.job = job.id AND "
     "outcome = 'accepted') <> 1"},
    {"attempts have not ended", "SELECT count(*) FROM attempt WHERE ended IS NULL"},
    {"jobs were not paid exactly once",
     "SELECT count(*) FROM job WHERE (SELECT count(*) FROM posting WHERE kind = 'settle' AND "
     "reference = lower(hex(job.id))) <> 1"},
    {"postings do not sum to zero",
     "SELECT count(*) FROM (SELECT 1 FROM ledger_entry GROUP BY posting HAVING sum(micro) <> 0)"},
    {"micro-credits are still held",
     "SELECT coalesce(sum(micro), 0) FROM ledger_balance WHERE account LIKE '%/held'"},
    {"micro-credits were earned beside the prices of the jobs",
     "SELECT (SELECT coalesce(sum(micro), 0) FROM ledger_balance WHERE account LIKE 'worker/%') - "
     "(SELECT coalesce(sum(price), 0) FROM job)"},
};

}  // namespace

std::int64_t Books::number(const char* sql) const {
    std::int64_t value = 0;
    each_row(file_, sql, [&](sqlite3_stmt* row) { value = sqlite3_column_int64(row, 0); });
    return value;
}

std::string Books::broken_promises() const {
    std::string broken;
    for (const Promise& promise : kPromises) {
        const std::int64_t count = number(promise.count);
        if (count != 0) broken += std::to_string(count) + " " + promise.broken + "\n";
    }
    return broken;
}

std::string Books::history() const {
    std::string lines;
    each_row(file_,
             "SELECT lower(hex(job)) || ' ' || number || ' ' || outcome || ': ' || reason "
             "FROM attempt ORDER BY started",
             [&](sqlite3_stmt* row) { lines += text(row, 0) + "\n"; });
    return lines;
}

}  // namespace gotong::test
