// Sigmas and their schedules against values from the literature and other programs.
#include "worker/engine/sample/sigmas.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

namespace gotong::engine {
namespace {

using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;

// Stable Diffusion's, rounded as every program prints them.
constexpr double kLargest = 14.6146;
constexpr double kSmallest = 0.0292;

TEST_CASE("quantiles of the beta distribution are scipy's") {
    CHECK(beta_quantile(0) == 0);
    CHECK(beta_quantile(1) == 1);
    CHECK_THAT(beta_quantile(0.5), WithinRel(0.5, 1e-14));
    CHECK_THAT(beta_quantile(0.001), WithinRel(1.855873851745199e-05, 1e-12));
    CHECK_THAT(beta_quantile(0.01), WithinRel(0.0008612388215429059, 1e-12));
    CHECK_THAT(beta_quantile(0.1), WithinRel(0.03958440558878085, 1e-12));
    CHECK_THAT(beta_quantile(0.25), WithinRel(0.17568037865269498, 1e-12));
    CHECK_THAT(beta_quantile(0.4), WithinRel(0.3627009907532143, 1e-12));
    CHECK_THAT(beta_quantile(0.75), WithinRel(0.824319621347305, 1e-12));
    CHECK_THAT(beta_quantile(0.99), WithinRel(0.9991387611784571, 1e-12));
}

TEST_CASE("every schedule goes from the largest to the smallest sigma") {
    for (const auto spread : {karras_sigmas, exponential_sigmas, beta_sigmas}) {
        const auto sigmas = spread(kLargest, kSmallest, 10);
        REQUIRE(sigmas.size() == 10);
        CHECK_THAT(sigmas.front(), WithinRel(kLargest, 1e-12));
        CHECK_THAT(sigmas.back(), WithinRel(kSmallest, 1e-12));
        for (std::size_t i = 1; i < sigmas.size(); ++i) CHECK(sigmas[i] < sigmas[i - 1]);
        CHECK_THAT(spread(kLargest, kSmallest, 1).front(), WithinRel(kLargest, 1e-12));
    }
}

TEST_CASE("exponential sigmas fall by one ratio") {
    const auto sigmas = exponential_sigmas(16, 1, 5);
    for (std::size_t i = 1; i < sigmas.size(); ++i)
        CHECK_THAT(sigmas[i - 1] / sigmas[i], WithinRel(2, 1e-12));
}

TEST_CASE("a timestep and its sigma lead to each other") {
    const auto config = parse_scheduler_config(R"({"_class_name": "DDIMScheduler"})");
    REQUIRE(config);
    const SigmaTable table(*config);
    for (const double t : {0.0, 1.0, 499.5, 998.25, 999.0})
        CHECK_THAT(table.timestep_of(table.at_in_log(t)), WithinAbs(t, 1e-3));
    CHECK(table.timestep_of(1e9) == 999);
    CHECK(table.timestep_of(1e-9) == 0);
    CHECK(table.at(499) == table.at_in_log(499));
}

}  // namespace
}  // namespace gotong::engine
