// What the core remembers between steps, and what a step works with. Private to coordinator/core.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "coordinator/core/accounts.h"
#include "coordinator/core/catalogue.h"
#include "coordinator/core/choices.h"
#include "coordinator/core/core.h"
#include "coordinator/core/enrolled_workers.h"
#include "coordinator/core/open_jobs.h"
#include "coordinator/roster/roster.h"
#include "coordinator/schedule/lease.h"
#include "coordinator/schedule/queue.h"

namespace gotong::core {

struct Ability {
    std::vector<OfferedModel> models;
    std::uint32_t protocol = 0;
};

// Each open job is in exactly one of `queue` (when queued) and `leases` (when running).
struct State {
    Policy policy;
    Rng& rng;
    Notary& notary;

    Accounts accounts{};
    EnrolledWorkers workers{};
    Catalogue catalogue{};
    OpenJobs jobs{};
    schedule::Queue queue{};
    schedule::Leases leases{};
    roster::Roster roster{};

    // What each worker could do when it was heard last, connected or not. Since the start.
    std::map<WorkerId, Ability> abilities{};
    Counters counters{};
    Choices choices{};
    std::uint64_t jobs_given = 0;  // Since the start.
    Monotonic next_sweep{};        // Of uploads; the first at the start.
    Monotonic next_retention{};    // Likewise, of old pictures and prompts.
    // Blobs that workers were told the pool has, so that they need not upload them, and when.
    std::map<Digest, Monotonic> found_blobs{};
    bool wake = false;  // Something changed that may let a queued job go to a worker.
};

// One event being handled: the only way by which handlers touch the world.
struct Step {
    State& state;
    Now now;
    store::Transaction& store;
    std::vector<Send>& sends;

    void reply(ReplyId id, Result<Answer> answer);
    void say(const roster::Session& session, WorkerMessage message);  // If it has a stream.
    void ack(const roster::Session& session, const LeaseToken& lease, Verdict verdict,
             std::string reason, Credits credit = {});
    void end_attempt(const LeaseToken& lease, std::string_view outcome, const std::string& reason);
    void changed(const job::Job& job, std::string preview_png = {});
};

JobView view_of(const State& state, const job::Job& job, Now now);

std::uint32_t max_open_jobs(const State& state, const store::Account& account);

// A fresh id of any kind.
template <class SomeId>
SomeId draw(Rng& rng) {
    SomeId id;
    rng.fill(id.bytes);
    return id;
}

// A fresh id of what there will be millions of. It begins with the time, so that what is new lies
// together in the store's indexes: a transaction touches the last page of each, however many rows
// there are, and not a page for every row.
template <class SomeId>
SomeId draw_in_time(Rng& rng, WallTime now) {
    SomeId id = draw<SomeId>(rng);
    auto ms = static_cast<std::uint64_t>(now.time_since_epoch().count());
    constexpr std::size_t kTimeBytes = 6;  // Enough for 8,900 years; 80 bits stay random.
    for (std::size_t i = kTimeBytes; i-- > 0; ms >>= 8U) {
        id.bytes[i] = static_cast<std::uint8_t>(ms & 0xffU);
    }
    return id;
}

// Lower-case hexadecimal of 32 random bytes: nobody guesses it.
std::string draw_secret(Rng& rng);

}  // namespace gotong::core
