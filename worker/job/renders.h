// The jobs that the renderer has now, and how far each of them is.
//
// Corridor: job/agent -> [job/renders] -> job/pace
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "common/result.h"
#include "common/time.h"
#include "worker/job/action.h"
#include "worker/job/job.h"
#include "worker/job/pace.h"

namespace gotong::worker {

struct Render {
    Job job;
    Phase phase = Phase::loading;
    std::uint32_t step = 0;
    Pace pace{};
    Monotonic told{};                // When the pool last heard of a step.
    std::optional<Error> stopped{};  // Set: was told to stop. Reported unless cancelled.
};

class Renders {
  public:
    void add(Job job, Monotonic now);

    // Nullptr when there is none under this lease. Valid until it is taken.
    Render* find(const Lease& lease);

    // Removes it; nullopt when there is none.
    std::optional<Render> take(const Lease& lease);

    std::map<Lease, Render>& all() { return renders_; }
    std::size_t size() const { return renders_.size(); }
    bool empty() const { return renders_.empty(); }
    bool are_all_stopped() const;
    std::vector<HeldLease> held() const;

  private:
    std::map<Lease, Render> renders_;
};

}  // namespace gotong::worker
