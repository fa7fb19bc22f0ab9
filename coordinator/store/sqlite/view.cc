#include "coordinator/store/sqlite/view.h"

#include <fcntl.h>
#include <unistd.h>

#include <utility>

#include "common/file/system_failure.h"
#include "common/file/unique_fd.h"
#include "coordinator/store/sqlite/database.h"
#include "coordinator/store/sqlite/examine.h"
#include "coordinator/store/sqlite/query.h"
#include "coordinator/store/sqlite/schema.h"

namespace gotong::sqlite {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kFirstWithInputs = 2;

// The copy is written through another descriptor, but a sync is of the file and not of it.
Result<> sync(const file::UniqueFd& fd, const fs::path& path) {
    if (::fsync(fd.get()) != 0) return file::system_failure("sync", path);
    return {};
}

Result<> outcome_of(Database& database) {
    if (database.has_failed()) return Failure{*database.error()};
    return {};
}

// Not by the schema's number, so that this holds wherever the column came from.
bool has_removals(Database& database) {
    Query query(database, "SELECT 1 FROM pragma_table_info('job') WHERE name = 'picture_removed'");
    return query.next();
}

constexpr Sql kPictures =
    "SELECT id, picture_sha256, picture_size, bundle, picture_removed IS NOT NULL FROM job "
    "WHERE state = 3 ORDER BY row";
constexpr Sql kPicturesOfOld =
    "SELECT id, picture_sha256, picture_size, bundle, 0 FROM job WHERE state = 3 ORDER BY row";

}  // namespace

View::View(std::unique_ptr<Database> database, std::int64_t schema)
    : database_(std::move(database)), schema_(schema), may_remove_(has_removals(*database_)) {}

View::View(View&& other) noexcept = default;
View::~View() = default;

Result<View> View::open(const fs::path& folder) {
    const fs::path path = folder / "gotong.db";
    std::error_code unknown;
    if (!fs::exists(path, unknown) && !unknown) {
        return fail(ErrorCode::not_found,
                    "there is no pool in " + folder.string() + ": it holds no gotong.db", "data");
    }
    auto database = Database::open_to_read(path);
    if (!database) return Failure{database.error()};
    const auto schema = require_known(**database);
    if (!schema) return Failure{schema.error().during("open " + path.string())};
    return View(std::move(*database), *schema);
}

Result<> View::hold() {
    database_->run("BEGIN");
    Query(*database_, "SELECT 1 FROM setting").run();  // The moment is that of the first read.
    return outcome_of(*database_);
}

void View::release() {
    database_->forgive();
    if (database_->in_transaction()) database_->run("ROLLBACK");
}

Result<> View::copy_to(const fs::path& file) {
    const file::UniqueFd fd(::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!fd) return file::system_failure("create", file);
    Query(*database_, "VACUUM INTO ?", file.string()).run();
    if (Result<> copied = outcome_of(*database_); !copied) return copied;
    return sync(fd, file);
}

std::optional<std::string> View::setting(std::string_view key) {
    Query query(*database_, "SELECT value FROM setting WHERE key = ?", key);
    if (!query.next()) return std::nullopt;
    return query.take<std::string>();
}

std::uint64_t View::count_jobs() {
    Query query(*database_, "SELECT COUNT(*) FROM job");
    return query.next() ? query.take<std::uint64_t>() : 0;
}

std::vector<std::string> View::faults() { return examine(*database_); }

Result<> View::each_picture(const std::function<void(const AcceptedPicture&)>& look) {
    {
        Query query(*database_, may_remove_ ? kPictures : kPicturesOfOld);
        while (query.next()) {
            look({.job = query.take<JobId>(),
                  .picture = {.sha256 = query.take<crypto::Digest>(),
                              .size = query.take<std::uint64_t>(),
                              .bundle = query.take<std::string>()},
                  .is_removed = query.take<bool>()});
        }
    }
    return outcome_of(*database_);
}

bool View::is_picture_kept(const crypto::Digest& sha256) {
    if (!may_remove_) return true;
    Query query(*database_,
                "SELECT 1 FROM job WHERE picture_sha256 = ? AND state = 3 AND "
                "picture_removed IS NULL LIMIT 1",
                sha256);
    return query.next();
}

Result<std::vector<job::InputName>> View::inputs() {
    std::vector<job::InputName> names;
    if (schema_ < kFirstWithInputs) return names;
    {
        Query query(*database_, "SELECT account, sha256 FROM input ORDER BY account, sha256");
        while (query.next()) {
            names.push_back(
                {.account = query.take<AccountId>(), .sha256 = query.take<crypto::Digest>()});
        }
    }
    if (Result<> read = outcome_of(*database_); !read) return Failure{read.error()};
    return names;
}

Result<> note_removed(const fs::path& copy, const std::vector<crypto::Digest>& pictures,
                      WallTime at) {
    auto database = Database::open_copy(copy);
    if (!database) return Failure{database.error()};
    (*database)->run("BEGIN IMMEDIATE");
    for (const crypto::Digest& sha256 : pictures) {
        Query(**database, "UPDATE job SET picture_removed = ? WHERE picture_sha256 = ?", at, sha256)
            .run();
    }
    (*database)->run("COMMIT");
    return outcome_of(**database);
}

}  // namespace gotong::sqlite
