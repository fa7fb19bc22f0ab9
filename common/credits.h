// Money: integer micro-credits, so that sums are exact. One credit is 1,000,000 micro-credits.
#pragma once

#include <compare>
#include <cstdint>

namespace gotong {

struct Credits {
    std::int64_t micro = 0;

    auto operator<=>(const Credits&) const = default;
    Credits operator+(Credits other) const { return {micro + other.micro}; }
    Credits operator-(Credits other) const { return {micro - other.micro}; }
    Credits operator-() const { return {-micro}; }
};

}  // namespace gotong
