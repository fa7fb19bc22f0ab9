// A distribution, kept as counts of what was at most each of some bounds: what Prometheus calls a
// histogram. Plain data, copied as a whole; whoever owns it owns the thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace gotong::observe {

inline constexpr std::size_t kMaxBounds = 16;

// In seconds. A turn of the loop, a commit: from what a memory write takes to a disk that is stuck.
inline constexpr std::array kShortTimes{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01,
                                        0.025,  0.05,    0.1,    0.25,  1.0,    10.0};
// In seconds. What a job waits for, and what a picture takes.
inline constexpr std::array kLongTimes{0.001, 0.005, 0.025, 0.1,  0.5,   1.0,     2.5,
                                       5.0,   10.0,  30.0,  60.0, 300.0, 1'800.0, 21'600.0};
// Tasks that share a commit, up to a full batch.
inline constexpr std::array kBatchSizes{1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0};

class Histogram {
  public:
    // Ascending, at most kMaxBounds, and of static life.
    explicit Histogram(std::span<const double> bounds) : bounds_(bounds) {}

    void observe(double value) {
        std::size_t bucket = 0;
        while (bucket < bounds_.size() && value > bounds_[bucket]) ++bucket;
        ++counts_[bucket];
        sum_ += value;
    }

    std::span<const double> bounds() const { return bounds_; }
    // What was above the bound before and at most this one; beyond the last bound: the rest.
    std::uint64_t count_in(std::size_t bucket) const { return counts_[bucket]; }
    double sum() const { return sum_; }

  private:
    std::span<const double> bounds_;
    std::array<std::uint64_t, kMaxBounds + 1> counts_{};
    double sum_ = 0;
};

}  // namespace gotong::observe
