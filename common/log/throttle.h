// Throttle: how often something that a peer can cause may be logged.
//
// A token bucket that takes `now`. Safe from every thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>

#include "common/time.h"

namespace gotong::log {

class Throttle {
  public:
    // `burst` lines at once, then one every `every`.
    Throttle(std::uint32_t burst, std::chrono::milliseconds every);

    // How many lines were kept back since the last one that was let through; nullopt: keep this
    // one back too.
    std::optional<std::uint64_t> admit(Monotonic now);

  private:
    const std::uint32_t burst_;
    const std::chrono::milliseconds every_;
    std::mutex mutex_;
    std::uint32_t left_;
    Monotonic refilled_{};
    std::uint64_t suppressed_ = 0;
};

}  // namespace gotong::log
