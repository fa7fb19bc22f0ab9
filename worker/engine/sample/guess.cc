// What all plans are made of: the guess of the picture, and how far an ancestral step descends.
#include <algorithm>
#include <cmath>

#include "worker/engine/sample/plans.h"

namespace gotong::engine {

Evaluation unscaled_evaluation(PredictionKind prediction, double timestep, double sigma) {
    const double scale = sigma * sigma + 1;
    Evaluation evaluation{
        .timestep = timestep, .input_scale = 1 / std::sqrt(scale), .sees = {1, sigma}};
    switch (prediction) {
        case PredictionKind::epsilon:
            evaluation.from_latent = 1;
            evaluation.from_output = -sigma;
            break;
        case PredictionKind::v_prediction:
            evaluation.from_latent = 1 / scale;
            evaluation.from_output = -sigma / std::sqrt(scale);
            break;
        case PredictionKind::sample:
            evaluation.from_output = 1;
    }
    return evaluation;
}

Evaluation unit_evaluation(PredictionKind prediction, double timestep, double signal,
                           double noise) {
    Evaluation evaluation{.timestep = timestep, .sees = {signal, noise}};
    switch (prediction) {
        case PredictionKind::epsilon:
            evaluation.from_latent = 1 / signal;
            evaluation.from_output = -noise / signal;
            break;
        case PredictionKind::v_prediction:
            evaluation.from_latent = signal;
            evaluation.from_output = -noise;
            break;
        case PredictionKind::sample:
            evaluation.from_output = 1;
    }
    return evaluation;
}

Shares shares_of(double sigma) {
    const double signal = 1 / std::sqrt(sigma * sigma + 1);
    return {signal, sigma * signal};
}

double unscaled_start(const SchedulerConfig& config, const Stops& stops) {
    const double largest = *std::max_element(stops.sigmas.begin(), stops.sigmas.end());
    return config.spacing == SpacingKind::leading ? std::sqrt(largest * largest + 1) : largest;
}

Descent rounded_descent(double from, double to) {
    const auto from2 = static_cast<float>(from) * static_cast<float>(from);
    const auto to2 = static_cast<float>(to) * static_cast<float>(to);
    const float up = std::sqrt(to2 * (from2 - to2) / from2);
    const float down = std::sqrt(std::max(to2 - up * up, 0.0F));
    return {static_cast<double>(down), static_cast<double>(up)};
}

Descent exact_descent(double from, double to) {
    const double ratio = to / from;
    return {to * ratio, to * std::sqrt((1 - ratio) * (1 + ratio))};
}

}  // namespace gotong::engine
