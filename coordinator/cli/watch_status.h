// `gotong status --watch`: the pool at a glance, again and again, until Ctrl-C.
#pragma once

#include <chrono>
#include <functional>

#include "coordinator/cli/command.h"
#include "coordinator/cli/creator.h"

namespace gotong::cli {

using Connect = std::function<Result<Creator>()>;

// Redrawn in place on a terminal; else a line each time, an object with `json`. A coordinator that
// goes away is waited for, and asked for its address anew by `connect`. Errors: of the first
// connection, and whatever waiting does not mend.
Result<Exit> watch_status(const Connect& connect, std::chrono::milliseconds interval, bool json);

}  // namespace gotong::cli
