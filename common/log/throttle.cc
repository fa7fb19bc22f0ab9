#include "common/log/throttle.h"

#include <algorithm>
#include <utility>

namespace gotong::log {

Throttle::Throttle(std::uint32_t burst, std::chrono::milliseconds every)
    : burst_(burst), every_(every), left_(burst) {}

std::optional<std::uint64_t> Throttle::admit(Monotonic now) {
    const std::lock_guard lock(mutex_);
    const std::int64_t earned = (now - refilled_) / every_;
    if (earned > 0) {
        const std::int64_t room = burst_ - left_;
        left_ += static_cast<std::uint32_t>(std::min(earned, room));
        refilled_ += earned * every_;
    }
    if (left_ == 0) {
        ++suppressed_;
        return std::nullopt;
    }
    --left_;
    return std::exchange(suppressed_, 0);
}

}  // namespace gotong::log
