// The dice of one simulation: the same seed, the same throws, with every standard library.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>

#include "common/time.h"
#include "coordinator/core/core.h"

namespace gotong::simulation {

class Chance final : public core::Rng {
  public:
    explicit Chance(std::uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15ULL + 1) {}

    std::uint64_t next() {  // splitmix64
        std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
        z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
        z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
        return z ^ (z >> 31U);
    }
    std::uint64_t below(std::uint64_t n) { return next() % n; }
    bool one_in(std::uint64_t n) { return n != 0 && below(n) == 0; }  // 0: never.
    std::chrono::milliseconds between(std::chrono::milliseconds least,
                                      std::chrono::milliseconds most) {
        const auto span = static_cast<std::uint64_t>((most - least).count()) + 1;
        return least + std::chrono::milliseconds{below(span)};
    }
    template <class List>
    auto& pick(List& list) {
        return list[below(list.size())];
    }

    void fill(std::span<std::uint8_t> bytes) override {
        for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(next());
    }

  private:
    std::uint64_t state_;
};

}  // namespace gotong::simulation
