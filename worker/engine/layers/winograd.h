// A 3x3 convolution by Winograd's minimal filtering (kernels/winograd.h): 4/9 of the
// multiplications, which is half the time where a layer has few channels for its many cells.
// Differs from the plain sum by rounding (about 1e-6 of the largest value).
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace gotong::engine {

class Winograd {
  public:
    // Whether it is the faster way: for fp32 on the CPU, and enough channels to fill a product of
    // matrices but not so many that reading the weights, 16/9 as large, takes longer than computing
    // with them. Asks the weight alone, so that a picture does not depend on which came before.
    static bool suits(const at::Tensor& weight);
    static bool suits(at::IntArrayRef shape);  // Of fp32 on the CPU.

    // What is held of a weight of so many bytes.
    static constexpr std::uint64_t held_bytes(std::uint64_t bytes) { return bytes / 9 * 16; }

    // weight: [out, in, 3, 3], for stride 1 and padding 1.
    explicit Winograd(const at::Tensor& weight);

    // x: [rows, in, h, w], channels-last -> [rows, out, h, w], likewise. `addend`, where defined,
    // is of the result's size and added to it. A row's values do not depend on the other rows.
    at::Tensor operator()(const at::Tensor& x, const at::Tensor& bias,
                          const at::Tensor& addend = {}) const;

  private:
    at::Tensor weight_;  // [points, in, out]
};

}  // namespace gotong::engine
