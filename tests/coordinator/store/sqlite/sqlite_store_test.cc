// What is SQLite's own, beyond the contract that every store keeps: errors that stick, the folder's
// lock, the file itself.
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <csignal>
#include <fstream>

#include "coordinator/store/sqlite/store.h"
#include "tests/contract/samples.h"
#include "tests/support/temp_dir.h"

namespace gotong::store {
namespace {

using Catch::Matchers::ContainsSubstring;

std::unique_ptr<Store> opened(const std::filesystem::path& folder) {
    auto store = sqlite::open(folder);
    REQUIRE(store);
    return std::move(*store);
}

// Changes the file as no coordinator would.
void meddle(const std::filesystem::path& file, const char* sql) {
    sqlite3* database = nullptr;
    REQUIRE(sqlite3_open(file.c_str(), &database) == SQLITE_OK);
    REQUIRE(sqlite3_exec(database, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(database);
}

void seed(Store& store) {
    const auto t = store.begin();
    insert_parents(*t);
    t->insert(sample_request(2, "retry"));
    t->insert(sample_job(1));
    t->insert(sample_attempt(1));
    t->put_setting("key", "value");
    REQUIRE(t->commit());
}

// Each breaks a rule that the core keeps; a store that let it pass would lose money or work.
using Break = void (*)(Transaction&);

TEST_CASE("a transaction that is committed ends nothing of the next one as it goes") {
    const test::TempDir folder;
    const auto store = opened(folder.path());
    auto first = store->begin();
    insert_parents(*first);
    REQUIRE(first->commit());
    const auto second = store->begin();
    first.reset();
    second->insert(sample_request(2, "retry"));
    CHECK(second->commit());
}

TEST_CASE("what must be unique breaks the transaction when it comes twice") {
    const test::TempDir folder;
    const auto store = opened(folder.path());
    seed(*store);
    const auto breaks = GENERATE(
        Break{[](Transaction& t) { t.insert(sample_job(1)); }},
        Break{[](Transaction& t) { t.insert(sample_request(1)); }},
        Break{[](Transaction& t) { t.insert(sample_request(3, "retry")); }},
        Break{[](Transaction& t) { t.insert(sample_attempt(1)); }},
        Break{[](Transaction& t) { t.insert(sample_account(1)); }},
        Break{[](Transaction& t) { t.insert(sample_worker(1)); }}, Break{[](Transaction& t) {
            Account namesake = sample_account(2);
            namesake.name = sample_account(1).name;
            t.insert(namesake);
        }});
    const auto t = store->begin();
    CHECK_THROWS_AS(breaks(*t), Broken);
    CHECK_FALSE(t->commit());
}

TEST_CASE("a row that refers to nothing makes the commit fail") {
    const test::TempDir folder;
    const auto store = opened(folder.path());
    const auto t = store->begin();
    t->insert(sample_job(1));
    CHECK(t->find_job(id_of<JobId>(1)));  // Its parents could still come.
    CHECK_FALSE(t->commit());
}

TEST_CASE("a transaction takes the lock with its first question, and not before") {
    const test::TempDir folder;
    const auto store = opened(folder.path());
    const auto t = store->begin();
    meddle(folder / "gotong.db", "BEGIN IMMEDIATE; COMMIT");
    CHECK_FALSE(t->setting("key"));
    sqlite3* other = nullptr;
    REQUIRE(sqlite3_open((folder / "gotong.db").c_str(), &other) == SQLITE_OK);
    CHECK(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr) == SQLITE_BUSY);
    sqlite3_close(other);
    CHECK(t->commit());
}

// Such as a read of what was written a moment ago: nothing is taken for an answer.
TEST_CASE("after an error every call of a transaction throws it, and the next one works again") {
    const test::TempDir folder;
    const auto store = opened(folder.path());
    seed(*store);
    {
        const auto t = store->begin();
        t->insert(sample_job(2));
        CHECK_THROWS_AS(t->insert(sample_job(1)), Broken);  // Is there already.
        CHECK_THROWS_AS(t->find_job(id_of<JobId>(2)), Broken);
        CHECK_THROWS_AS(t->open_jobs(), Broken);
        CHECK_THROWS_AS(t->setting("key"), Broken);
        CHECK_THROWS_AS(t->post({"grant", "x", at(1), {{"a", {5}}, {"b", {-5}}}}), Broken);
        CHECK_THROWS_AS(t->remember_statement(digest_of(1), id_of<JobId>(1)), Broken);
        CHECK_FALSE(t->commit());
    }
    const auto t = store->begin();
    CHECK(t->open_jobs().size() == 1);
    CHECK(t->balance("a") == Credits{0});
    CHECK(t->setting("key") == "value");
}

TEST_CASE("work that breaks in its middle is not committed, and says why in the store's words") {
    const test::TempDir folder;
    const auto store = opened(folder.path());
    seed(*store);
    {
        const auto t = store->begin();
        const Result<> done = complete(*t, [&] {
            t->put_setting("key", "another");
            t->insert(sample_job(1));
            FAIL("went on");
        });
        REQUIRE_FALSE(done);
        CHECK_THAT(done.error().message, ContainsSubstring("UNIQUE constraint failed: job.id"));
    }
    CHECK(store->begin()->setting("key") == "value");
}

// While it lives, no file of this process grows beyond `most` bytes: a full disk, as far as SQLite
// can tell.
class FullDisk {
  public:
    explicit FullDisk(rlim_t most) {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit limited{most, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limited);
    }
    ~FullDisk() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, handler_);
    }
    FullDisk(const FullDisk&) = delete;
    FullDisk& operator=(const FullDisk&) = delete;

  private:
    rlimit before_{};
    void (*handler_)(int) = std::signal(SIGXFSZ, SIG_IGN);
};

TEST_CASE("on a full disk the commit fails, and what was there before stays") {
    const test::TempDir folder;
    {
        const auto store = opened(folder.path());
        seed(*store);
        const FullDisk full(512U << 10U);
        const auto t = store->begin();
        const Result<> done =
            complete(*t, [&] { t->put_setting("key", std::string(2U << 20U, 'x')); });
        CHECK_FALSE(done);
    }
    const auto store = opened(folder.path());
    const auto t = store->begin();
    CHECK(t->setting("key") == "value");
    CHECK(t->find_job(id_of<JobId>(1)));
    t->put_setting("key", "after");
    CHECK(t->commit());
}

TEST_CASE("a second coordinator on the same folder is refused") {
    const test::TempDir folder;
    auto first = opened(folder.path());
    const auto second = sqlite::open(folder.path());
    REQUIRE_FALSE(second);
    CHECK(second.error().code == ErrorCode::failed_precondition);
    CHECK_THAT(second.error().message,
               ContainsSubstring("another coordinator already serves " + folder.path().string()));
    first.reset();
    CHECK(sqlite::open(folder.path()));
}

TEST_CASE("what was committed is there when the store is opened again") {
    const test::TempDir folder;
    seed(*opened(folder / "new"));
    CHECK(opened(folder / "new")->begin()->setting("key") == "value");
}

// Undo the migration that brings retention, and what came after it.
constexpr const char* kBeforeRetention =
    "DROP TABLE doomed_blob;"
    "DROP INDEX job_picture_by_end; DROP INDEX job_body_by_end; DROP INDEX job_by_picture;"
    "ALTER TABLE job DROP COLUMN ended;"
    "ALTER TABLE job DROP COLUMN picture_removed;"
    "ALTER TABLE job DROP COLUMN body_removed;"
    "ALTER TABLE job DROP COLUMN trace;"
    "PRAGMA user_version = 3";

TEST_CASE("in a database from before pictures were let go of, jobs have ended when they did") {
    const test::TempDir folder;
    {
        const auto store = opened(folder.path());
        const auto t = store->begin();
        insert_parents(*t);
        for (std::uint8_t n = 1; n <= 3; ++n) t->insert(sample_job(n));
        t->insert(sample_attempt(1));
        t->end_attempt(sample_job(1).id, 1, at(1'700'000'777'000), "accepted", "");
        for (const auto& [n, state] : {std::pair<std::uint8_t, job::State>{1, job::State::done},
                                       {2, job::State::cancelled}}) {
            job::Job job = sample_job(n);
            job.state = state;
            t->update(job);
        }
        REQUIRE(t->commit());
    }
    meddle(folder / "gotong.db", kBeforeRetention);
    const auto store = opened(folder.path());
    const auto t = store->begin();
    CHECK(t->find_job(sample_job(1).id)->ended == at(1'700'000'777'000));
    CHECK(t->find_job(sample_job(2).id)->ended == sample_job(2).submitted);
    CHECK_FALSE(t->find_job(sample_job(3).id)->ended);
    CHECK(t->pictures_until(at(1'800'000'000'000), 9).size() == 1);
    CHECK(t->bodies_until(at(1'800'000'000'000), 9).size() == 2);
}

constexpr const char* kWithoutQueueColumns =
    "ALTER TABLE job DROP COLUMN start;"
    "ALTER TABLE job DROP COLUMN expires;"
    "ALTER TABLE job DROP COLUMN priority;"
    "ALTER TABLE job DROP COLUMN requeued;"
    "ALTER TABLE job DROP COLUMN forgiven;"
    "ALTER TABLE attempt DROP COLUMN choice;"
    "ALTER TABLE account DROP COLUMN weight;"
    "ALTER TABLE account DROP COLUMN max_open_jobs;"
    "PRAGMA user_version = 2";

TEST_CASE("jobs from before they could be scheduled start at once and are given up after a day") {
    const test::TempDir folder;
    seed(*opened(folder.path()));
    meddle(folder / "gotong.db", kBeforeRetention);
    meddle(folder / "gotong.db", kWithoutQueueColumns);
    const auto store = opened(folder.path());
    const auto t = store->begin();
    const job::Job job = t->find_job(sample_job(1).id).value();
    CHECK(job.start == job.submitted);
    CHECK(job.expires == job.submitted + std::chrono::hours{24});
    CHECK(job.priority == 0);
    CHECK(t->accounts().at(0).weight == 1);
    CHECK(t->attempts_of(job.id).at(0).choice.empty());
}

TEST_CASE("a database from before pictures could be begun with is brought up to date") {
    const test::TempDir folder;
    seed(*opened(folder.path()));
    meddle(folder / "gotong.db", kBeforeRetention);
    meddle(folder / "gotong.db", kWithoutQueueColumns);
    meddle(folder / "gotong.db",
           "ALTER TABLE job DROP COLUMN original_picture;"
           "ALTER TABLE job DROP COLUMN original_mask;"
           "ALTER TABLE job DROP COLUMN original_strength;"
           "ALTER TABLE job DROP COLUMN original_rule;"
           "DROP TABLE input;"
           "PRAGMA user_version = 1");
    const auto store = opened(folder.path());
    const auto t = store->begin();
    CHECK(t->find_job(sample_job(1).id).value().spec == sample_job(1).spec);
    t->put_input(sample_input(1));
    CHECK(t->commit());
}

TEST_CASE("a database of a newer version is left alone") {
    const test::TempDir folder;
    seed(*opened(folder.path()));
    meddle(folder / "gotong.db", "PRAGMA user_version = 9999");
    const auto store = sqlite::open(folder.path());
    REQUIRE_FALSE(store);
    CHECK(store.error().code == ErrorCode::failed_precondition);
    CHECK_THAT(store.error().message, ContainsSubstring("a newer Gotong wrote this database"));
}

TEST_CASE("a database of another program is left alone") {
    const test::TempDir folder;
    meddle(folder / "gotong.db", "CREATE TABLE theirs (x); PRAGMA user_version = 1");
    const auto store = sqlite::open(folder.path());
    REQUIRE_FALSE(store);
    CHECK_THAT(store.error().message, ContainsSubstring("another program"));
}

TEST_CASE("a damaged database is refused when it is opened") {
    const test::TempDir folder;
    seed(*opened(folder.path()));
    {
        std::fstream file(folder / "gotong.db", std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(2 * 4096);
        file << std::string(3 * 4096, '\x5a');
    }
    const auto store = sqlite::open(folder.path());
    REQUIRE_FALSE(store);
    CHECK(store.error().code == ErrorCode::data_loss);
}

TEST_CASE("a file that is no database is refused") {
    const test::TempDir folder;
    std::ofstream(folder / "gotong.db") << std::string(8192, 'x');
    const auto store = sqlite::open(folder.path());
    REQUIRE_FALSE(store);
    CHECK(store.error().code == ErrorCode::data_loss);
}

TEST_CASE("a folder that cannot be made is refused with its name") {
    const test::TempDir folder;
    std::ofstream(folder / "file") << "x";
    const auto store = sqlite::open(folder / "file" / "pool");
    REQUIRE_FALSE(store);
    CHECK(store.error().code == ErrorCode::permission_denied);
    CHECK_THAT(store.error().message, ContainsSubstring((folder / "file").string()));
}

TEST_CASE("the files hold prompts, so nobody but the owner may read them") {
    const test::TempDir folder;
    const auto store = opened(folder / "pool");
    seed(*store);
    for (const char* name : {"", "gotong.db", "gotong.db-wal", "gotong.db-shm"}) {
        struct stat status {};
        INFO(name);
        REQUIRE(::stat((folder / "pool" / name).c_str(), &status) == 0);
        CHECK((status.st_mode & 077U) == 0);
    }
}

}  // namespace
}  // namespace gotong::store
