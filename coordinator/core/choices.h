// The newest choices of a worker for a job, with whom each was weighed against: "why not me?".
//
// Bounded: the oldest is forgotten for a new one. What a choice meant for its own job is kept with
// the attempt, for good. Private to coordinator/core.
//
// Corridor: schedule/choose_worker -> [core/choices] -> core/explain
#pragma once

#include <cstddef>
#include <deque>
#include <utility>

#include "common/ids.h"
#include "common/time.h"
#include "coordinator/schedule/choose_worker.h"

namespace gotong::core {

struct Chosen {
    JobId job;
    schedule::Choice choice;
    Monotonic at{};
};

class Choices {
  public:
    void add(Chosen chosen) {
        if (newest_.size() == kMost) newest_.pop_back();
        newest_.push_front(std::move(chosen));
    }
    const std::deque<Chosen>& newest_first() const { return newest_; }

  private:
    // Of half a kilobyte each. Some seconds of the busiest pool, hours of a quiet one.
    static constexpr std::size_t kMost = 512;
    std::deque<Chosen> newest_;
};

}  // namespace gotong::core
