#include "worker/engine/sample/noise.h"

#include <array>
#include <cmath>
#include <numbers>
#include <random>

namespace gotong::engine {
namespace {

using Words = std::array<std::uint32_t, 4>;

// Philox 4x32-10 (Salmon et al. 2011): ten rounds of multiply and exchange.
Words philox(Words counter, std::uint64_t seed) {
    constexpr std::uint64_t kMultiplier0 = 0xD2511F53;
    constexpr std::uint64_t kMultiplier1 = 0xCD9E8D57;
    constexpr std::uint32_t kWeyl0 = 0x9E3779B9;
    constexpr std::uint32_t kWeyl1 = 0xBB67AE85;
    auto key0 = static_cast<std::uint32_t>(seed);
    auto key1 = static_cast<std::uint32_t>(seed >> 32U);
    for (int round = 0; round < 10; ++round) {
        const std::uint64_t a = kMultiplier0 * counter[0];
        const std::uint64_t b = kMultiplier1 * counter[2];
        counter = {static_cast<std::uint32_t>(b >> 32U) ^ counter[1] ^ key0,
                   static_cast<std::uint32_t>(b),
                   static_cast<std::uint32_t>(a >> 32U) ^ counter[3] ^ key1,
                   static_cast<std::uint32_t>(a)};
        key0 += kWeyl0;
        key1 += kWeyl1;
    }
    return counter;
}

constexpr double kTwoPi = 2 * std::numbers::pi;

// Two 32-bit words to one normal, as CUDA's generator makes the first of its pair.
float cuda_normal(std::uint32_t x, std::uint32_t y) {
    constexpr double kStep = 0x1p-32;
    const double u = x * kStep + kStep / 2;
    const double v = (y * kStep + kStep / 2) * kTwoPi;
    return static_cast<float>(std::sqrt(-2 * std::log(u)) * std::sin(v));
}

using Mt19937 = std::mt19937;

// torch's fp32 uniform: the low 24 bits.
double uniform24(Mt19937& generator) {
    return static_cast<double>(generator() & 0xFFFFFFU) * 0x1p-24;
}

// torch's double uniform: the low 53 bits of two words, the first being the higher.
double uniform53(Mt19937& generator) {
    const std::uint64_t high = generator();
    const std::uint64_t low = generator();
    return static_cast<double>(((high << 32U) | low) & ((1ULL << 53U) - 1)) * 0x1p-53;
}

// Eight uniforms for the radius and eight for the angle become sixteen normals, in place.
constexpr std::size_t kBlock = 16;
void box_muller_block(float* values) {
    constexpr std::size_t kHalf = kBlock / 2;
    for (std::size_t i = 0; i < kHalf; ++i) {
        const double radius = std::sqrt(-2 * std::log(1 - static_cast<double>(values[i])));
        const double angle = kTwoPi * static_cast<double>(values[i + kHalf]);
        values[i] = static_cast<float>(radius * std::cos(angle));
        values[i + kHalf] = static_cast<float>(radius * std::sin(angle));
    }
}

// Few values: pairs in double precision, the second kept for the next value.
std::vector<float> few_normals(Mt19937& generator, std::size_t count) {
    std::vector<float> values;
    while (values.size() < count) {
        const double angle = kTwoPi * uniform53(generator);
        const double radius = std::sqrt(-2 * std::log1p(-uniform53(generator)));
        values.push_back(static_cast<float>(radius * std::cos(angle)));
        values.push_back(static_cast<float>(radius * std::sin(angle)));
    }
    values.resize(count);
    return values;
}

}  // namespace

std::vector<float> philox_normals(std::uint64_t seed, std::uint32_t offset, std::size_t count) {
    std::vector<float> values;
    values.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        const Words words = philox({offset, 0, static_cast<std::uint32_t>(i), 0}, seed);
        values.push_back(cuda_normal(words[0], words[1]));
    }
    return values;
}

std::vector<float> torch_cpu_normals(std::uint64_t seed, std::size_t count) {
    Mt19937 generator{static_cast<std::uint32_t>(seed)};
    if (count < kBlock) return few_normals(generator, count);
    std::vector<float> values(count);
    for (float& value : values) value = static_cast<float>(uniform24(generator));
    for (std::size_t i = 0; i + kBlock <= count; i += kBlock) box_muller_block(&values[i]);
    if (count % kBlock == 0) return values;
    // A rest is not drawn from what is left: the last sixteen are drawn again.
    for (std::size_t i = count - kBlock; i < count; ++i)
        values[i] = static_cast<float>(uniform24(generator));
    box_muller_block(&values[count - kBlock]);
    return values;
}

}  // namespace gotong::engine
