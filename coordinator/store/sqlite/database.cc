#include "coordinator/store/sqlite/database.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "coordinator/store/sqlite/query.h"
#include "coordinator/store/store.h"

namespace gotong::sqlite {
namespace {

namespace fs = std::filesystem;

// synchronous=FULL: a commit that was answered survives a power cut. The busy timeout is for a
// backup or a shell that looks at the file; there is no second writer. The size limit cuts the
// write-ahead log down again after a burst. 64 MiB of pages are the indexes' upper levels, and what
// is written now, of a pool with millions of jobs.
constexpr const char* kSettings = R"(
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = ON;
    PRAGMA trusted_schema = OFF;
    PRAGMA cell_size_check = ON;
    PRAGMA busy_timeout = 5000;
    PRAGMA journal_size_limit = 67108864;
    PRAGMA cache_size = -65536;
)";

constexpr const char* kPlainSettings = R"(
    PRAGMA synchronous = FULL;
    PRAGMA trusted_schema = OFF;
    PRAGMA cell_size_check = ON;
    PRAGMA busy_timeout = 5000;
)";

// 16 MB of log: a busy pool changes the same pages again and again, and each goes to the database
// once for each checkpoint, with two syncs besides.
constexpr int kPagesBeforeCheckpoint = 4'000;

// A little memory of its own for each statement's rows, so that most never ask the heap.
constexpr int kSmallPieceBytes = 1'024;
constexpr int kSmallPieces = 512;

// SQLite counts every byte that it allocates under a mutex, for whoever asks; nobody does. Must
// come before anything else of SQLite's; where another part of the process was first, it stays
// counted.
void stop_counting_memory() {
    static const int done = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    (void)done;
}

// After a commit. SQLite's own hook does the same and keeps to itself that it failed; but a sync
// that failed must end the process, so the commit answers with it. (The commit itself stands.)
int checkpoint(void*, sqlite3* file, const char* schema, int pages) {
    if (pages < kPagesBeforeCheckpoint) return SQLITE_OK;
    const int done =
        sqlite3_wal_checkpoint_v2(file, schema, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
    return done == SQLITE_BUSY ? SQLITE_OK : done;  // A backup is reading: next time.
}

ErrorCode code_of(int sqlite_code) {
    switch (sqlite_code & 0xff) {
        case SQLITE_FULL:
            return ErrorCode::resource_exhausted;
        case SQLITE_CANTOPEN:
        case SQLITE_PERM:
        case SQLITE_READONLY:
        case SQLITE_AUTH:
            return ErrorCode::permission_denied;
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return ErrorCode::unavailable;
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
        case SQLITE_IOERR:
            return ErrorCode::data_loss;
        case SQLITE_CONSTRAINT:
            return ErrorCode::failed_precondition;
        default:
            return ErrorCode::internal;
    }
}

// SQLite would create the file readable by everybody; its log and its index copy its mode.
Result<> create_private(const fs::path& path) {
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        return fail(ErrorCode::permission_denied,
                    "open " + path.string() + ": " + std::strerror(errno));
    }
    ::close(fd);
    return {};
}

}  // namespace

Result<std::unique_ptr<Database>> Database::open(const fs::path& path) {
    if (Result<> created = create_private(path); !created) return Failure{created.error()};
    stop_counting_memory();
    sqlite3* file = nullptr;
    const int opened =
        sqlite3_open_v2(path.c_str(), &file, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
    std::unique_ptr<Database> database(new Database(file));
    database->note(opened);
    if (Result<> configured = database->configure(); !configured) {
        return Failure{configured.error().during("open " + path.string())};
    }
    return database;
}

Result<std::unique_ptr<Database>> Database::open_plain(const fs::path& path, int flags) {
    sqlite3* file = nullptr;
    const int opened = sqlite3_open_v2(path.c_str(), &file, flags | SQLITE_OPEN_NOMUTEX, nullptr);
    std::unique_ptr<Database> database(new Database(file));
    database->note(opened);
    database->harden();
    database->run(kPlainSettings);
    if (database->has_failed()) {
        return Failure{database->error()->during("open " + path.string())};
    }
    return database;
}

Result<std::unique_ptr<Database>> Database::open_to_read(const fs::path& path) {
    return open_plain(path, SQLITE_OPEN_READONLY);
}

Result<std::unique_ptr<Database>> Database::open_copy(const fs::path& path) {
    return open_plain(path, SQLITE_OPEN_READWRITE);
}

Database::~Database() { prepared_.clear(); }

// Double quotes mean names only, and SQL cannot damage the file through sqlite_schema.
void Database::harden() {
    if (error_) return;
    sqlite3_extended_result_codes(file_.get(), 1);
    sqlite3_db_config(file_.get(), SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
    sqlite3_db_config(file_.get(), SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
    sqlite3_db_config(file_.get(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(file_.get(), SQLITE_DBCONFIG_LOOKASIDE, nullptr, kSmallPieceBytes,
                      kSmallPieces);
}

Result<> Database::configure() {
    harden();
    run(kSettings);
    if (!error_) sqlite3_wal_hook(file_.get(), &checkpoint, nullptr);
    std::string verdict;
    {
        Query check(*this, "PRAGMA quick_check(1)");
        if (check.next()) verdict = check.take<std::string>();
    }
    if (error_) return Failure{*error_};
    if (verdict == "ok") return {};
    return fail(ErrorCode::data_loss,
                "the database is damaged (" + verdict + "); restore it from a backup");
}

void Database::run(const char* script) {
    if (has_failed()) return;
    note(sqlite3_exec(file_.get(), script, nullptr, nullptr, nullptr));
}

sqlite3_stmt* Database::prepared(std::string_view sql) {
    // IMMEDIATE takes the write lock now, so that no later write can find it taken.
    if (end_unbegun()) run("BEGIN IMMEDIATE");
    if (has_failed()) {
        if (throws_) throw store::Broken{*error_};
        return nullptr;
    }
    if (const auto known = prepared_.find(sql); known != prepared_.end()) {
        return known->second.get();
    }
    sqlite3_stmt* statement = nullptr;
    note(sqlite3_prepare_v3(file_.get(), sql.data(), static_cast<int>(sql.size()),
                            SQLITE_PREPARE_PERSISTENT, &statement, nullptr));
    if (statement != nullptr) prepared_.emplace(sql, statement);
    return statement;
}

void Database::fail_with(ErrorCode code, std::string message) {
    if (!error_) error_ = Error{code, std::move(message), {}};
    if (throws_) throw store::Broken{*error_};
}

void Database::note(int code) {
    if (code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE) return;
    fail_with(code_of(code), file_ ? sqlite3_errmsg(file_.get()) : sqlite3_errstr(code));
}

}  // namespace gotong::sqlite
