#include "coordinator/store/sqlite/store.h"

#include <utility>

#include "coordinator/store/sqlite/database.h"
#include "coordinator/store/sqlite/folder_lock.h"
#include "coordinator/store/sqlite/schema.h"
#include "coordinator/store/sqlite/transaction.h"

namespace gotong::sqlite {
namespace {

class SqliteStore final : public store::Store {
  public:
    SqliteStore(FolderLock lock, std::unique_ptr<Database> database)
        : lock_(std::move(lock)), database_(std::move(database)) {}

    std::unique_ptr<store::Transaction> begin() override {
        return std::make_unique<Transaction>(*database_);
    }

  private:
    FolderLock lock_;  // Let go after the database is closed.
    std::unique_ptr<Database> database_;
};

}  // namespace

Result<std::unique_ptr<store::Store>> open(const std::filesystem::path& folder) {
    Result<FolderLock> lock = FolderLock::take(folder);
    if (!lock) return Failure{lock.error()};
    const std::filesystem::path path = folder / "gotong.db";
    Result<std::unique_ptr<Database>> database = Database::open(path);
    if (!database) return Failure{database.error()};
    if (Result<> migrated = migrate(**database); !migrated) {
        return Failure{migrated.error().during("open " + path.string())};
    }
    return std::make_unique<SqliteStore>(std::move(*lock), std::move(*database));
}

}  // namespace gotong::sqlite
