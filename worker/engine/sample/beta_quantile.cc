// The inverse of the beta distribution's share, by halving: it is needed once a step of a plan.
#include <cmath>

#include "worker/engine/sample/sigmas.h"

namespace gotong::engine {
namespace {

constexpr double kShape = 0.6;

// The continued fraction of the incomplete beta function with equal shapes (DLMF 8.17.22), from its
// tail up. For x <= 1/2 twenty terms reach 1e-15; twice as many are taken.
double continued_fraction(double x) {
    constexpr int kTerms = 40;
    double value = 1;
    for (int term = kTerms; term > 0; --term) {
        const int m = term / 2;
        const double even = m * (kShape - m) / ((kShape + 2 * m - 1) * (kShape + 2 * m));
        const double odd =
            -(kShape + m) * (2 * kShape + m) / ((kShape + 2 * m) * (kShape + 2 * m + 1));
        value = 1 + (term % 2 == 0 ? even : odd) * x / value;
    }
    return value;
}

// The share of the distribution below x, for x of 0 to 1/2.
double share_below(double x) {
    static const double beta = std::tgamma(kShape) * std::tgamma(kShape) / std::tgamma(2 * kShape);
    return std::pow(x * (1 - x), kShape) / (kShape * beta) / continued_fraction(x);
}

}  // namespace

double beta_quantile(double probability) {
    constexpr int kHalvings = 100;
    if (probability > 0.5) return 1 - beta_quantile(1 - probability);  // It is symmetric.
    double low = 0;
    double high = 0.5;
    for (int i = 0; i < kHalvings; ++i) {
        const double middle = (low + high) / 2;
        (share_below(middle) < probability ? low : high) = middle;
    }
    return probability > 0 ? (low + high) / 2 : 0;
}

}  // namespace gotong::engine
