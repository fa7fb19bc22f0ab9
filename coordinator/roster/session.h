// One worker's stay at the pool. It outlives its streams: a dropped stream is not a dead worker.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/ids.h"
#include "common/time.h"
#include "coordinator/job/lease_token.h"

namespace gotong::roster {

using StreamId = std::uint64_t;  // One worker stream; never used again.

struct OfferedModel {
    std::string name;
    std::string digest;  // Hexadecimal.

    bool operator==(const OfferedModel&) const = default;
};

struct Session {
    SessionId id;
    WorkerId worker;
    std::string resume_token;        // Empty: nobody can resume it.
    std::optional<StreamId> stream;  // None: the stream dropped, or the coordinator was restarted.
    Monotonic last_heard{};

    // What it said of itself.
    std::uint32_t protocol = 1;  // The newest that both speak.
    std::string device;
    std::uint32_t slots = 0;
    std::vector<OfferedModel> offered;
    std::set<std::string> usable;  // Digests of those that are in the catalogue.

    // What its last snapshot said.
    bool is_known = false;         // A snapshot has come on this stream.
    std::uint32_t free_slots = 0;  // None before the first snapshot.
    bool is_draining = false;
    std::set<job::LeaseToken> outbox;

    // What choosing between workers weighs.
    Monotonic paused_until{};            // It declined, or handed a job back: no offer before.
    std::string resident;                // Digest of the model that it rendered last.
    std::optional<double> ns_per_micro;  // Measured: rendering time for one micro-credit of price.
    std::uint64_t last_given = 0;        // When it last got a job, as a count of jobs given.
};

}  // namespace gotong::roster
