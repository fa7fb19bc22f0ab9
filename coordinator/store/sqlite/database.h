// One SQLite file, opened the way a ledger wants it: write-ahead log, every commit synced, foreign
// keys checked, nothing in the schema trusted to run code.
//
// The first error sticks: from then on every query answers with nothing and changes nothing, until
// forgive(). So a few statements in a row are written as if nothing could fail, and asked once, at
// their end. While throw_errors() is on it is thrown besides, as store::Broken: at once, and by
// every query that comes after it.
//
// One thread at a time.
#pragma once

#include <sqlite3.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "common/result.h"

namespace gotong::sqlite {

class Database {
  public:
    // Opens or creates the file, readable by its owner alone (it holds prompts), and checks that
    // its pages are whole; that reads all of it. Errors: permission_denied, data_loss when it is
    // damaged or no database, resource_exhausted when the disk is full.
    static Result<std::unique_ptr<Database>> open(const std::filesystem::path& path);

    // Opens a file that is there, to read it beside whoever writes it; checks nothing of it.
    // Errors: as open().
    static Result<std::unique_ptr<Database>> open_to_read(const std::filesystem::path& path);

    // Opens a copy that nobody else has open, to write to it: one file, without a log beside it.
    // Errors: as open().
    static Result<std::unique_ptr<Database>> open_copy(const std::filesystem::path& path);

    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;
    ~Database();

    // Runs statements that take no parameters and return no rows.
    void run(const char* script);

    // Lets the next query begin a transaction: one that asks nothing and writes nothing never takes
    // the lock. end_unbegun() says whether it came to that.
    void begin_when_asked() { begins_ = true; }
    bool end_unbegun() { return std::exchange(begins_, false); }

    bool has_failed() const { return error_.has_value(); }
    const std::optional<Error>& error() const { return error_; }
    void forgive() { error_.reset(); }
    void throw_errors(bool throws) { throws_ = throws; }

    // Rows that the last statement inserted, changed or removed; triggers' work not counted.
    int changes() const { return sqlite3_changes(file_.get()); }
    std::int64_t last_row() const { return sqlite3_last_insert_rowid(file_.get()); }
    bool in_transaction() const { return sqlite3_get_autocommit(file_.get()) == 0; }

  private:
    friend class Query;
    struct Close {
        void operator()(sqlite3* file) const { sqlite3_close(file); }
    };
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
    };

    explicit Database(sqlite3* file) : file_(file) {}
    static Result<std::unique_ptr<Database>> open_plain(const std::filesystem::path& path,
                                                        int flags);
    void harden();
    Result<> configure();
    sqlite3_stmt* prepared(std::string_view sql);  // Kept for the next time; null after an error.
    void fail_with(ErrorCode code, std::string message);
    void note(int code);  // Keeps SQLite's own message, unless there is an error already.

    std::unique_ptr<sqlite3, Close> file_;
    // By the text of the statement, which is a literal of this folder's.
    std::unordered_map<std::string_view, std::unique_ptr<sqlite3_stmt, Finalize>> prepared_;
    std::optional<Error> error_;
    bool begins_ = false;
    bool throws_ = false;
};

}  // namespace gotong::sqlite
