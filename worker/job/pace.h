// How fast a render goes, from its own steps.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "common/time.h"

namespace gotong::worker {

class Pace {
  public:
    void note(std::uint32_t step, std::uint32_t steps, Monotonic now) {
        if (!first_) first_ = Point{step, now};
        last_ = Point{step, now};
        steps_ = steps;
    }

    // From `now` to the picture; nullopt until two different steps were seen. Decoding counts as
    // one more step, which holds within a second for every model tried.
    std::optional<std::chrono::milliseconds> remaining(Monotonic now) const {
        if (!first_ || last_.step <= first_->step) return std::nullopt;
        const auto per_step = (last_.at - first_->at) / (last_.step - first_->step);
        const auto left = per_step * (steps_ - last_.step + 1) - (now - last_.at);
        return std::chrono::duration_cast<std::chrono::milliseconds>(left);
    }

  private:
    struct Point {
        std::uint32_t step = 0;
        Monotonic at;
    };
    std::optional<Point> first_;
    Point last_;
    std::uint32_t steps_ = 0;
};

}  // namespace gotong::worker
