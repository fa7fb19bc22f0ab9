// A number that only grows, counted on any thread and read on another.
#pragma once

#include <atomic>
#include <cstdint>

namespace gotong::observe {

class Counter {
  public:
    void add(std::uint64_t more = 1) { value_.fetch_add(more, std::memory_order_relaxed); }
    std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

  private:
    std::atomic<std::uint64_t> value_{0};
};

}  // namespace gotong::observe
