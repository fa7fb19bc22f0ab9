// What a job would meet on a worker: are its model's weights in memory there, what would loading
// them take, how fast is the rendering, and when is the next slot free?
//
// Everything is measured by the worker itself; before the first measurement, loading is reckoned
// from the size of the files.
//
// Corridor: schedule/activity -> [schedule/locality] -> schedule/choose_worker
#pragma once

#include <chrono>
#include <optional>

#include "common/time.h"
#include "coordinator/roster/session.h"
#include "coordinator/schedule/activity.h"
#include "coordinator/schedule/lease.h"

namespace gotong::schedule {

using Nanoseconds = std::chrono::nanoseconds;

// In memory, or on the way there for a job that the worker has.
bool is_loaded(const roster::Session& session, const Activity& activity, const std::string& digest);

// Until the weights are there; 0 where they are.
Nanoseconds swap_time(const roster::Session& session, const Activity& activity,
                      const std::string& digest);

// For one micro-credit of price: as measured with this model; else the mean of what was measured
// with others, for the price knows what models cost; else nullopt.
std::optional<double> ns_per_micro(const roster::Session& session, const std::string& digest);

// Until a worker that renders has a slot for a job of this kind; nullopt when nobody knows. A lease
// that takes twice as long as was expected tells nothing any more.
std::optional<Nanoseconds> free_in(const Activity& activity, const Kind& kind,
                                   const std::vector<const Lease*>& rendering, Monotonic now);

}  // namespace gotong::schedule
