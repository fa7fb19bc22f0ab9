// The kernels for NVIDIA GPUs on a processor, against the formulas in double precision. That NVRTC
// takes them, and how fast they are, only a GPU can tell (tests/bench/gpu_bench.py).
#include "worker/engine/cuda/texts.h"

#include <bit>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <random>

#include "tests/worker/engine/cuda/emulated.h"

namespace gotong::engine::cuda {
namespace {

using test::EmulatedKernels;

constexpr unsigned kThreadsPerRow = 64;
constexpr float kEpsilon = 1e-5F;

std::vector<float> random_values(std::size_t count, float mean) {
    std::mt19937 source{1};
    std::normal_distribution<float> normal{mean, 2};
    std::vector<float> values(count);
    for (float& value : values) value = normal(source);
    return values;
}

struct Shape {
    int images = 0;
    int cells = 0;
    int channels = 0;
    int groups = 0;
    int chunks = 0;
    unsigned threads = 0;
};

std::vector<double> reference(const std::vector<float>& x, const std::vector<float>& weight,
                              const std::vector<float>& bias, const Shape& shape, bool silu) {
    std::vector<double> y(x.size());
    const int each = shape.channels / shape.groups;
    const auto at = [&](int image, int cell, int channel) {
        return static_cast<std::size_t>((image * shape.cells + cell) * shape.channels + channel);
    };
    for (int image = 0; image < shape.images; ++image)
        for (int group = 0; group < shape.groups; ++group) {
            double sum = 0;
            double square = 0;
            for (int cell = 0; cell < shape.cells; ++cell)
                for (int c = group * each; c < (group + 1) * each; ++c) {
                    const double value = x[at(image, cell, c)];
                    sum += value;
                    square += value * value;
                }
            const double count = static_cast<double>(each) * shape.cells;
            const double mean = sum / count;
            const double deviation = std::sqrt(square / count - mean * mean + kEpsilon);
            for (int cell = 0; cell < shape.cells; ++cell)
                for (int c = group * each; c < (group + 1) * each; ++c) {
                    const auto channel = static_cast<std::size_t>(c);
                    const double value =
                        (x[at(image, cell, c)] - mean) / deviation * weight[channel] +
                        bias[channel];
                    y[at(image, cell, c)] = silu ? value / (1 + std::exp(-value)) : value;
                }
        }
    return y;
}

// The two launches as worker/engine/cuda/group_norm.cc makes them.
void normalise(EmulatedKernels& kernels, const void* x, void* y, const void* weight,
               const void* bias, const Shape& shape) {
    std::vector<float> partial(
        static_cast<std::size_t>(2 * shape.images * shape.chunks * shape.groups));
    void* sums = partial.data();
    int cells = shape.cells;
    int pairs = shape.channels / 2;
    int groups = shape.groups;
    int cells_each = (shape.cells + shape.chunks - 1) / shape.chunks;
    float epsilon = kEpsilon;
    const test::Launch launch{static_cast<unsigned>(shape.chunks),
                              static_cast<unsigned>(shape.images), shape.threads};
    kernels.launch("sums", launch, {&x, &sums, &cells, &pairs, &groups, &cells_each});
    kernels.launch("apply", launch,
                   {&x, &y, &sums, &weight, &bias, &cells, &pairs, &groups, &cells_each, &epsilon});
}

// Several images, chunks that do not divide the cells, more pairs than threads in a row, one
// channel pair a group, fewer cells than lanes.
const std::vector<Shape> kShapes{
    {2, 30, 64, 8, 4, 128}, {1, 49, 192, 32, 6, 192}, {3, 5, 16, 8, 1, 128}, {1, 3, 260, 2, 1, 64}};

TEST_CASE("group normalisation in fp32 is the formula's, with and without SiLU") {
    for (const bool silu : {false, true}) {
        EmulatedKernels kernels{group_norm_text(Packing::fp32, silu, kThreadsPerRow)};
        for (const Shape& shape : kShapes) {
            const auto channels = static_cast<std::size_t>(shape.channels);
            const auto count = static_cast<std::size_t>(shape.images * shape.cells) * channels;
            const auto x = random_values(count, 3);
            const auto weight = random_values(channels, 1);
            const auto bias = random_values(channels, 0);
            std::vector<float> y(count);
            normalise(kernels, x.data(), y.data(), weight.data(), bias.data(), shape);
            const auto expected = reference(x, weight, bias, shape, silu);
            double worst = 0;
            for (std::size_t i = 0; i < count; ++i)
                worst = std::max(worst, std::abs(y[i] - expected[i]));
            INFO(shape.cells << " cells, " << shape.channels << " channels, SiLU " << silu);
            CHECK(worst <= 1e-4);
        }
    }
}

// The nearest bf16, and back.
std::uint16_t to_bf16(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    return static_cast<std::uint16_t>((bits + 0x7fffU + ((bits >> 16U) & 1U)) >> 16U);
}
float from_bf16(std::uint16_t value) {
    return std::bit_cast<float>(static_cast<std::uint32_t>(value) << 16U);
}

TEST_CASE("the gated activation in bf16 is the first half times the GELU of the second") {
    constexpr int kRows = 7;
    constexpr int kHalf = 20;
    EmulatedKernels kernels{geglu_text(Packing::bf16)};
    const auto values = random_values(kRows * 2 * kHalf, 0);
    std::vector<std::uint16_t> x;
    for (const float value : values) x.push_back(to_bf16(value));
    std::vector<std::uint16_t> y(kRows * kHalf);
    const void* from = x.data();
    void* to = y.data();
    long long count = kRows * kHalf / 2;
    int pairs = kHalf / 2;
    kernels.launch("geglu", {2, 1, 16}, {&from, &to, &count, &pairs});
    for (std::size_t row = 0; row < kRows; ++row)
        for (std::size_t i = 0; i < kHalf; ++i) {
            const double value = from_bf16(x[row * 2 * kHalf + i]);
            const double gate = from_bf16(x[row * 2 * kHalf + kHalf + i]);
            const double expected = value * gate * (1 + std::erf(gate / std::sqrt(2.0))) / 2;
            CHECK(std::abs(from_bf16(y[row * kHalf + i]) - expected) <=
                  std::abs(expected) / 128 + 1e-6);
        }
}

}  // namespace
}  // namespace gotong::engine::cuda
