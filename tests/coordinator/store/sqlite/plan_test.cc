// No statement reads a table from end to end, whatever its size. SQLite counts the steps of full
// scans and of sorts for every prepared statement; the counters are read after each method ran.
#include <sqlite3.h>

#include <catch2/catch_test_macros.hpp>
#include <string_view>

#include "coordinator/store/sqlite/store.h"
#include "tests/contract/samples.h"
#include "tests/support/temp_dir.h"

namespace gotong::store {
namespace {

sqlite3* last_opened = nullptr;

int remember_connection(sqlite3* database, char**, const sqlite3_api_routines*) {
    last_opened = database;
    return SQLITE_OK;
}

void call_every_method_on_jobs(Transaction& t) {
    const job::Job job = sample_job(1);
    (void)t.find_request(job.account, "retry");
    (void)t.find_job(job.id);
    (void)t.jobs_of(job.request);
    (void)t.newest_jobs(job.account, 10);
    (void)t.open_jobs();
    (void)t.counts();
    t.update(job);
    t.end_attempt(job.id, 1, at(5), "accepted", "");
    (void)t.find_attempt(job.id, 1);
    t.set_limits(job.account, 2, 3);
    (void)t.attempts_of(job.id);
    (void)t.record_of(id_of<WorkerId>(1));
    (void)t.remember_statement(digest_of(1), job.id);
    t.put_input(sample_input(1));
    (void)t.find_input(sample_input(1).name);
    (void)t.inputs_of(id_of<AccountId>(1));
    (void)t.inputs_until(at(1));
    t.remove_input(sample_input(1).name);
    (void)t.pictures_until(at(1), 9);
    (void)t.bodies_until(at(1), 9);
    (void)t.is_picture_kept(digest_of(3));
    t.remove_picture(job.id, at(1));
    t.remove_body(job.id, at(1));
    t.doom_blob(digest_of(3));
    (void)t.is_doomed(digest_of(3));
    (void)t.doomed_blobs(9);
    t.note_blob_removed(digest_of(3), at(1));
    t.forget_removed_blobs(at(1));
    (void)t.spare_blob(digest_of(3));
    (void)t.take_invite(digest_of(1), at(1));
    t.post({"grant", "alice", at(1), {{"pool", {-100}}, {"alice", {100}}}});
    (void)t.balance("alice");
    (void)t.setting("key");
}

// The lists that are whole on purpose: open jobs and doomed blobs by indices of nothing else, five
// counters, and the short tables.
bool reads_all_on_purpose(std::string_view sql) {
    for (const char* allowed :
         {"INDEXED BY job_open", "INDEXED BY doomed_blob_left", "FROM job_count", "PRAGMA"}) {
        if (sql.find(allowed) != std::string_view::npos) return true;
    }
    return false;
}

TEST_CASE("no statement on jobs, attempts or money scans a table or sorts") {
    const test::TempDir folder;
    sqlite3_auto_extension(reinterpret_cast<void (*)()>(&remember_connection));
    const auto store = sqlite::open(folder.path());
    sqlite3_reset_auto_extension();
    REQUIRE(store);
    const auto t = (*store)->begin();
    insert_parents(*t);
    t->insert(sample_account(2));
    for (std::uint8_t n = 1; n < 50; ++n) t->insert(sample_job(n));
    for (std::uint32_t n = 1; n < 50; ++n) t->insert(sample_attempt(n));
    call_every_method_on_jobs(*t);
    (void)t->accounts();  // A whole table, to see that the counters count.
    int statements = 0;
    bool scan_was_seen = false;
    sqlite3_stmt* statement = nullptr;
    while ((statement = sqlite3_next_stmt(last_opened, statement)) != nullptr) {
        const std::string_view sql = sqlite3_sql(statement);
        INFO(sql);
        ++statements;
        CHECK(sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_SORT, 0) == 0);
        if (reads_all_on_purpose(sql)) continue;
        const int steps = sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_FULLSCAN_STEP, 0);
        if (sql.find("FROM account ") == std::string_view::npos) {
            CHECK(steps == 0);
        } else {
            scan_was_seen = steps > 0;
        }
    }
    CHECK(scan_was_seen);
    CHECK(statements >= 16);
    REQUIRE(t->commit());
}

}  // namespace
}  // namespace gotong::store
