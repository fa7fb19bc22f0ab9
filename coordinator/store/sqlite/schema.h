// The database's tables, brought up to date when it is opened. Forward only.
#pragma once

#include <cstdint>
#include <vector>

#include "common/result.h"
#include "coordinator/store/sqlite/database.h"

namespace gotong::sqlite {

// The scripts in migrations/, in order: the n-th makes schema version n.
const std::vector<const char*>& migrations();

// Runs the scripts that the database has not seen, each in a transaction of its own. Errors:
// failed_precondition when a newer Gotong, or another program, wrote the file.
Result<> migrate(Database& database);

// The schema of a database that is only read. Errors: as above; data_loss when it holds none.
Result<std::int64_t> require_known(Database& database);

}  // namespace gotong::sqlite
