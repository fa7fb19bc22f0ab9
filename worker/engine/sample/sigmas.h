// Noise levels. A sigma is noise per unit of signal, sqrt((1 - alpha) / alpha): an unscaled latent
// is picture + sigma * noise, one of unit variance is that over sqrt(sigma^2 + 1).
#pragma once

#include <vector>

#include "worker/engine/sample/schedule.h"

namespace gotong::engine {

// The sigmas of the training timesteps, growing, rounded to fp32 as the reference keeps them.
class SigmaTable {
  public:
    explicit SigmaTable(const SchedulerConfig& config);

    double smallest() const { return sigmas_.front(); }
    double largest() const { return sigmas_.back(); }

    // Linear between whole timesteps, level outside: diffusers' interpolation.
    double at(double timestep) const;

    // The same, linear in the logarithm: k-diffusion's.
    double at_in_log(double timestep) const;

    // The timestep of a sigma, linear in the logarithm, level outside.
    double timestep_of(double sigma) const;

  private:
    std::vector<double> sigmas_;
};

// `steps` sigmas from the largest to the smallest; with one step, the largest.
// Karras et al. 2022, equation 5, rho 7.
std::vector<double> karras_sigmas(double largest, double smallest, int steps);
// Evenly spaced in the logarithm.
std::vector<double> exponential_sigmas(double largest, double smallest, int steps);
// Evenly spaced quantiles of the beta distribution with both shapes 0.6 (Lee et al. 2024).
std::vector<double> beta_sigmas(double largest, double smallest, int steps);

// The x below which a share `probability` (0 .. 1) of the beta distribution with both shapes 0.6
// lies, to about 1e-14.
double beta_quantile(double probability);

// As fp32 holds it.
inline double to_fp32(double value) { return static_cast<double>(static_cast<float>(value)); }

// `count` evenly spaced values, `first` and `last` among them; `first` alone for one.
std::vector<double> evenly(double first, double last, int count);

}  // namespace gotong::engine
