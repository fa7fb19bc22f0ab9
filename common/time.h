// The two clocks, and their types. Domain code takes `now` as an argument; only main() and the
// loops that drive the domain hold a Clock.
#pragma once

#include <chrono>

namespace gotong {

using namespace std::chrono_literals;

using Monotonic = std::chrono::steady_clock::time_point;            // For leases and timeouts.
using WallTime = std::chrono::sys_time<std::chrono::milliseconds>;  // For receipts, people.

// One reading of both clocks, taken together.
struct Now {
    Monotonic monotonic;
    WallTime wall;
};

class Clock {
  public:
    virtual ~Clock() = default;
    virtual Now now() const = 0;
};

class SystemClock final : public Clock {
  public:
    Now now() const override {
        return {std::chrono::steady_clock::now(),
                std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now())};
    }
};

}  // namespace gotong
