#include "worker/engine/sample/sigmas.h"

#include <algorithm>
#include <cmath>

namespace gotong::engine {

SigmaTable::SigmaTable(const SchedulerConfig& config) {
    for (const float alpha : config.alphas_cumprod)
        sigmas_.push_back(static_cast<double>(std::sqrt((1.0F - alpha) / alpha)));
}

namespace {

// Where a timestep lies in a table: between `low` and the one after it, `weight` of the way.
struct Place {
    std::size_t low;
    std::size_t high;
    double weight;
};

Place place_of(double timestep, std::size_t count) {
    const auto last = static_cast<double>(count - 1);
    const double t = std::clamp(timestep, 0.0, last);
    const auto low = static_cast<std::size_t>(std::min(std::floor(t), std::max(last - 1, 0.0)));
    return {low, std::min(low + 1, count - 1), t - static_cast<double>(low)};
}

}  // namespace

double SigmaTable::at(double timestep) const {
    const Place place = place_of(timestep, sigmas_.size());
    return sigmas_[place.low] + (sigmas_[place.high] - sigmas_[place.low]) * place.weight;
}

double SigmaTable::at_in_log(double timestep) const {
    const Place place = place_of(timestep, sigmas_.size());
    const double low = std::log(sigmas_[place.low]);
    return std::exp(low + (std::log(sigmas_[place.high]) - low) * place.weight);
}

// The table's logarithms are rounded to fp32: the reference's are, and it cuts fractions off that
// hang on this.
double SigmaTable::timestep_of(double sigma) const {
    if (sigmas_.size() < 2) return 0;
    const auto table_log = [&](std::size_t i) {
        return static_cast<double>(std::log(static_cast<float>(sigmas_[i])));
    };
    std::size_t low = 0;
    for (std::size_t i = 1; i + 1 < sigmas_.size() && table_log(i) <= std::log(sigma); ++i) low = i;
    const double span = table_log(low + 1) - table_log(low);
    const double weight = std::clamp((std::log(sigma) - table_log(low)) / span, 0.0, 1.0);
    return static_cast<double>(low) + weight;
}

std::vector<double> karras_sigmas(double largest, double smallest, int steps) {
    constexpr double kRho = 7;
    const double from = std::pow(largest, 1 / kRho);
    const double to = std::pow(smallest, 1 / kRho);
    std::vector<double> sigmas;
    for (int i = 0; i < steps; ++i)
        sigmas.push_back(
            std::pow(from + (steps == 1 ? 0 : i * (1.0 / (steps - 1))) * (to - from), kRho));
    return sigmas;
}

std::vector<double> exponential_sigmas(double largest, double smallest, int steps) {
    auto sigmas = evenly(std::log(largest), std::log(smallest), steps);
    for (double& sigma : sigmas) sigma = std::exp(sigma);
    return sigmas;
}

std::vector<double> beta_sigmas(double largest, double smallest, int steps) {
    std::vector<double> sigmas;
    for (const double passed : evenly(0, 1, steps))
        sigmas.push_back(smallest + beta_quantile(1 - passed) * (largest - smallest));
    return sigmas;
}

// numpy.linspace.
std::vector<double> evenly(double first, double last, int count) {
    std::vector<double> values;
    const double stride = count > 1 ? (last - first) / (count - 1) : 0;
    for (int i = 0; i < count; ++i) values.push_back(first + i * stride);
    if (count > 1) values.back() = last;
    return values;
}

}  // namespace gotong::engine
