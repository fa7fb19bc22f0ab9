// The generators against values that other programs print for the same seeds.
#include "worker/engine/sample/noise.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <cmath>
#include <span>

namespace gotong::engine {
namespace {

using Catch::Matchers::WithinAbs;

void check_equal(std::span<const float> values, std::span<const double> expected) {
    REQUIRE(values.size() >= expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i)
        CHECK_THAT(static_cast<double>(values[i]), WithinAbs(expected[i], 2e-6));
}

void check_end(const std::vector<float>& values, std::span<const double> expected) {
    check_equal(std::span(values).last(expected.size()), expected);
}

// What A1111 documents for its "NV" noise, which imitates torch.randn on NVIDIA GPUs.
constexpr double kNvSeed0[] = {-0.92466259, -0.42534415, -2.6438457,  0.14518388,
                               -0.12086647, -0.57972564, -0.62285122, -0.32838709,
                               -1.07454231, -0.36314407, -1.67105067, 2.26550497};

TEST_CASE("Philox noise is what NVIDIA GPUs draw for the same seed") {
    check_equal(philox_normals(0, 0, 12), kNvSeed0);
}

TEST_CASE("a value of Philox noise depends on its place alone, not on how many are drawn") {
    const auto many = philox_normals(0, 0, 1000);
    check_equal(many, kNvSeed0);
    const auto few = philox_normals(0, 0, 7);
    CHECK(std::equal(few.begin(), few.end(), many.begin()));
}

TEST_CASE("every draw of a picture and every half of the seed changes Philox noise") {
    const auto start = philox_normals(7, 0, 4);
    CHECK(philox_normals(7, 1, 4) != start);
    CHECK(philox_normals(8, 0, 4) != start);
    CHECK(philox_normals(7 + (1ULL << 32U), 0, 4) != start);
}

TEST_CASE("Philox noise is standard normal") {
    const auto values = philox_normals(99, 3, 100'000);
    double sum = 0;
    double squares = 0;
    for (const float v : values) {
        sum += static_cast<double>(v);
        squares += static_cast<double>(v) * static_cast<double>(v);
    }
    const auto count = static_cast<double>(values.size());
    CHECK_THAT(sum / count, WithinAbs(0, 0.015));  // Five standard errors.
    CHECK_THAT(squares / count, WithinAbs(1, 0.025));
}

// Printed by torch 2.13 after manual_seed(42) and manual_seed(7).
TEST_CASE("CPU noise is torch.randn's") {
    constexpr double kSeed42[] = {1.92691529, 1.48728406, 0.90071720, -2.10552097};
    check_equal(torch_cpu_normals(42, 256), kSeed42);
}

TEST_CASE("CPU noise of fewer than sixteen values takes torch's other path") {
    constexpr double kSeed7[] = {-0.14679509, 0.78614128, 0.94682163, -1.11434400, 1.69079018};
    check_equal(torch_cpu_normals(7, 5), kSeed7);
    constexpr double kEnd[] = {0.13732409, 0.24054612, 1.39545083};
    check_end(torch_cpu_normals(7, 15), kEnd);
    check_equal(torch_cpu_normals(7, 1), std::span(kSeed7).first(1));
}

TEST_CASE("CPU noise draws the last sixteen again when they do not fill a block") {
    constexpr double kEndOf16[] = {1.01275539, 0.23039687, 1.09016514};
    constexpr double kEndOf17[] = {-1.32334578, -1.35976899, -0.86670160};
    constexpr double kEndOf40[] = {0.23701459, 0.63268209, -0.09167717};
    check_end(torch_cpu_normals(7, 16), kEndOf16);
    check_end(torch_cpu_normals(7, 17), kEndOf17);
    check_end(torch_cpu_normals(7, 40), kEndOf40);
}

}  // namespace
}  // namespace gotong::engine
