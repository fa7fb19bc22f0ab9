// Two daemons with one key (roster/rivals.h): who has the place, and what both are told. Private to
// coordinator/core.
#pragma once

#include "coordinator/core/state.h"

namespace gotong::core {

// Whether the hello is refused: it is of a daemon whose place a newer one has taken, and that one
// is still here, or was within a session_ttl.
bool turn_away(Step& step, const WorkerHello& hello, WorkerId worker);

// For a session that gives way to `hello`.
Error replaced_by(const roster::Session& session, const WorkerHello& hello);

// A rival comes back within two minutes: silence for longer, and it was put right.
void forget_old_rivals(roster::Session& session, Monotonic now);

std::string rival_notice(const roster::Session& session);  // For the owner of who has the place.

}  // namespace gotong::core
