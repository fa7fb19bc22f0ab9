// Whether a database keeps every rule that the coordinator keeps: pages and references whole, the
// ledger balanced and in step with the jobs, each job paid as it ended, counters right.
#pragma once

#include <string>
#include <vector>

#include "coordinator/store/sqlite/database.h"

namespace gotong::sqlite {

// A sentence for each fault, some for each rule at most; none: all is well. Reads everything once
// or twice: seconds for a gigabyte.
std::vector<std::string> examine(Database& database);

}  // namespace gotong::sqlite
