// Leases: which worker holds which job, under which attempt, and since when nothing was heard of
// it.
//
// A lease begins as an offer that must be accepted within a short time, and lives on as long as
// steps are reported. Both limits run on the monotonic clock; a lease read back from the store
// starts them anew.
//
// Corridor: schedule/choose_worker -> [schedule/lease] -> rpc/worker_service
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/ids.h"
#include "common/time.h"
#include "coordinator/job/lease_token.h"
#include "coordinator/schedule/kind.h"

namespace gotong::schedule {

struct Lease {
    job::LeaseToken token;
    WorkerId worker;
    Kind kind{};
    bool is_accepted = false;  // The worker said so.
    bool is_seen = false;      // Its last snapshot knew of it: its slot is counted as taken there.
    Monotonic last_progress{};
    std::optional<Monotonic> offered{};    // Absent: before the coordinator was started.
    std::chrono::nanoseconds expected{0};  // From then to its end; 0: nobody knew.
    job::Phase phase = job::Phase::unknown;
    std::uint32_t step = 0;
    // The first step that was reported, for the mean time of those that followed.
    std::uint32_t first_step = 0;
    std::optional<Monotonic> first_step_at{};
    // Between reports: what the time that is left is judged by.
    std::optional<Monotonic> last_step_at{};
    std::optional<std::chrono::nanoseconds> quickest{};  // For one step.
    std::optional<std::chrono::nanoseconds> slowest{};   // The same.
    std::uint32_t company = 1;  // The most jobs that its worker rendered at once meanwhile.
};

// Its worker is at it, and not only waiting for the picture to be accepted.
inline bool is_rendering(const Lease& lease) { return lease.phase != job::Phase::uploading; }

struct LeaseLimits {
    std::chrono::milliseconds accept_within{0};
    std::chrono::milliseconds progress_timeout{0};
};

class Leases {
  public:
    void begin(const Lease& lease);
    void end(JobId job);

    Lease* find(JobId job);
    const Lease* find(JobId job) const;

    // The lease under exactly this attempt, held by this worker; else nullptr.
    Lease* find(const job::LeaseToken& token, WorkerId worker);

    std::vector<job::LeaseToken> of(WorkerId worker) const;
    std::vector<const Lease*> rendered_by(WorkerId worker) const;

    // Of the worker's, those that its last snapshot did not know of. Linear in its leases.
    std::uint32_t unseen_of(WorkerId worker) const;

    // Leases whose offer was not answered, or whose steps stopped, in time.
    std::vector<Lease> overdue(Monotonic now, const LeaseLimits& limits) const;

    std::size_t size() const { return leases_.size(); }

  private:
    std::map<JobId, Lease> leases_;
    std::map<WorkerId, std::map<JobId, Lease*>> by_worker_;  // Into leases_. None is empty.
};

// Feeds the progress clock if the report says something new. A step that was reported before, as a
// hung renderer's heartbeat repeats it, does not. True if there was progress.
bool note_progress(Lease& lease, job::Phase phase, std::uint32_t step, Monotonic now);

// The mean time of a step so far; nullopt before two different steps were reported.
std::optional<std::chrono::nanoseconds> step_time(const Lease& lease);

}  // namespace gotong::schedule
