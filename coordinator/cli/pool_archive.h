// The commands of `gotong pool` that take a pool's folder as a whole, and need no coordinator.
#pragma once

#include "coordinator/cli/command.h"

namespace gotong::cli {

void add_pool_archive(CLI::App& group, Commands& commands);

}  // namespace gotong::cli
