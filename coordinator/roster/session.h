// One worker's stay at the pool. It outlives its streams: a dropped stream is not a dead worker.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/ids.h"
#include "common/time.h"
#include "coordinator/job/lease_token.h"
#include "coordinator/roster/pace.h"
#include "coordinator/roster/rivals.h"

namespace gotong::roster {

using StreamId = std::uint64_t;  // One worker stream; never used again.

struct OfferedModel {
    std::string name;
    std::string digest;  // Hexadecimal.

    bool operator==(const OfferedModel&) const = default;
};

// From a picture's last step to its acceptance: decoding, upload, checks. As it was measured.
struct Closing {
    std::uint64_t pixels = 0;  // With pictures of this size alone.
    std::chrono::nanoseconds quickest{0};
    std::chrono::nanoseconds slowest{0};
};

struct Session {
    SessionId id;
    WorkerId worker;
    std::string resume_token;  // Empty: nobody can resume it.
    std::string instance;      // Which start of its daemon; empty: not known.
    Rivals rivals;
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
    std::map<job::LeaseToken, Monotonic> unwanted;  // Held, though it has ended; since when.
    std::uint32_t stuck_slots = 0;  // Those of them that should have stopped long ago.
    bool is_quarantined = false;    // It does not even say that it is stopping one: no offers.

    // What choosing between workers weighs.
    Monotonic paused_until{};      // It declined, or handed a job back: no offer before.
    std::set<std::string> loaded;  // Digests of the models whose weights are in its memory.
    bool tells_loaded = false;  // It says so itself; else they are the one that it rendered last.
    Paces paces;
    std::uint64_t last_given = 0;  // When it last got a job, as a count of jobs given.
    std::uint64_t turn_from = 0;   // The same, or when it came: its turn is reckoned from here.

    // For whoever asks.
    JobId last_job;  // Zero: it got none.
    Monotonic last_job_at{};
    std::optional<Closing> closing;
};

}  // namespace gotong::roster
