// The preview map: applied by hand, and fitted to pictures made by a known one.
#include "worker/engine/latent/preview.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <limits>

#include "worker/engine/sample/noise.h"

namespace gotong::engine {
namespace {

using Catch::Matchers::WithinAbs;

// Two channels; reds from the first, blues against the second.
const LatentToRgb kMap{{0.1F, 0.0F, 0.05F, 0.0F, 0.2F, -0.1F}, {0.5F, 0.4F, 0.6F}};

TEST_CASE("each cell's channels are weighed, biased and clamped") {
    const std::vector<float> values{1, -9, 9, 0, 0, 1, 0, 0};  // Two channels of 2 x 2.
    const std::vector<std::int64_t> shape{1, 2, 2, 2};
    const auto pixels = preview(kMap, {values, shape});
    REQUIRE(pixels);
    CHECK(pixels->width == 2);
    CHECK(pixels->height == 2);
    CHECK(pixels->rgb ==
          std::vector<std::uint8_t>{153, 102, 166, 0, 153, 13, 255, 102, 255, 128, 102, 153});
}

TEST_CASE("what is not a number becomes black and nothing worse") {
    const std::vector<float> values{std::numeric_limits<float>::quiet_NaN(), 0};
    const std::vector<std::int64_t> shape{1, 2, 1, 1};
    const auto pixels = preview(kMap, {values, shape});
    REQUIRE(pixels);
    CHECK(pixels->rgb[0] == 0);
}

TEST_CASE("a map for other channels, or values that do not fill the shape, are refused") {
    const std::vector<float> values(3);
    const std::vector<std::int64_t> three_channels{1, 3, 1, 1};
    const std::vector<std::int64_t> too_large{1, 2, 2, 2};
    const std::vector<std::int64_t> flat{3};
    CHECK_FALSE(preview(kMap, {values, three_channels}));
    CHECK_FALSE(preview(kMap, {values, too_large}));
    CHECK_FALSE(preview(kMap, {values, flat}));
}

// A latent of noise and the picture that `kMap` makes of it, every cell drawn as 2 x 2 pixels.
PreviewSample sample_of(std::uint64_t seed) {
    constexpr int kSide = 16;
    constexpr int kFactor = 2;
    PreviewSample sample;
    sample.latent.shape = {1, 2, kSide, kSide};
    sample.latent.values = philox_normals(seed, 0, 2 * kSide * kSide);
    for (float& value : sample.latent.values) value *= 0.5F;  // So that nothing is clamped.
    const auto small = preview(kMap, {sample.latent.values, sample.latent.shape});
    REQUIRE(small);
    sample.picture = {kSide * kFactor, kSide * kFactor, {}};
    for (std::size_t y = 0; y < kSide * kFactor; ++y)
        for (std::size_t x = 0; x < kSide * kFactor; ++x)
            for (std::size_t k = 0; k < 3; ++k)
                sample.picture.rgb.push_back(
                    small->rgb[((y / kFactor) * kSide + x / kFactor) * 3 + k]);
    return sample;
}

TEST_CASE("a fit finds the map that made the pictures") {
    const auto map = fit_preview(std::vector{sample_of(1), sample_of(2)});
    REQUIRE(map);
    REQUIRE(map->matrix.size() == kMap.matrix.size());
    for (std::size_t i = 0; i < map->matrix.size(); ++i)
        CHECK_THAT(map->matrix[i], WithinAbs(static_cast<double>(kMap.matrix[i]), 2e-3));
    for (std::size_t k = 0; k < 3; ++k)
        CHECK_THAT(map->bias[k], WithinAbs(static_cast<double>(kMap.bias[k]), 2e-3));
}

TEST_CASE("samples that cannot settle the map are refused") {
    CHECK_FALSE(fit_preview({}));
    PreviewSample blank = sample_of(1);
    blank.latent.values.assign(blank.latent.values.size(), 0);
    CHECK(fit_preview(std::vector{blank}).error().code == ErrorCode::failed_precondition);
    PreviewSample odd = sample_of(1);
    odd.picture.width = 31;
    CHECK(fit_preview(std::vector{odd}).error().code == ErrorCode::invalid_argument);
}

}  // namespace
}  // namespace gotong::engine
