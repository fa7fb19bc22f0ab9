// One turn of the coordinator as the simulation sees it from outside: what it heard, and what it
// said after the commit.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "coordinator/core/core.h"

namespace gotong::simulation {

struct Heard {
    core::Event event;
    bool is_sound = true;  // Of a result: honest work, offered to whoever sends it.
};

struct Turn {
    Now now{};
    std::vector<Heard> heard;
    std::vector<core::Send> sends;
};

// What the simulation knows of the world outside, which the coordinator may not assume.
struct Truth {
    std::map<core::StreamId, WorkerId> speakers;  // Of every stream there ever was.
    std::set<core::LeaseToken> sound_results;     // Were heard at least once.
    std::set<Digest> blobs;                       // Pictures on the pool's disk.
    bool was_set_back = false;                    // The wall clock.
    core::Policy policy;
};

}  // namespace gotong::simulation
