#include "common/backoff/backoff.h"

#include <algorithm>

namespace gotong {
namespace {

// Doubling stops here: far beyond any `most`, and far from overflow.
constexpr std::uint32_t kMostDoublings = 30;

}  // namespace

std::chrono::milliseconds backoff_delay(const Backoff& backoff, std::uint32_t failures,
                                        double random) {
    if (failures == 0) return std::chrono::milliseconds{0};
    const std::uint32_t doublings = std::min(failures - 1, kMostDoublings);
    const auto grown = backoff.first.count() * (std::int64_t{1} << doublings);
    const double ceiling = static_cast<double>(std::min(grown, backoff.most.count()));
    const double share = 0.5 + 0.5 * std::clamp(random, 0.0, 1.0);
    const double spread =
        static_cast<double>(backoff.spread.count()) * std::clamp(random, 0.0, 1.0);
    return std::chrono::milliseconds{static_cast<std::int64_t>(ceiling * share + spread)};
}

}  // namespace gotong
