// Decimals: short, exact, without an exponent.
#include "common/text/decimal.h"

#include <rapidcheck.h>

#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <cstdlib>

namespace gotong::text {
namespace {

TEST_CASE("a decimal is the shortest text for its number") {
    CHECK(decimal(7.5) == "7.5");
    CHECK(decimal(5.0) == "5");
    CHECK(decimal(0.1) == "0.1");
    CHECK(decimal(-0.25) == "-0.25");
    CHECK(decimal(-0.0) == "0");
    CHECK(decimal(1e20) == "100000000000000000000");
    CHECK(decimal(1e-7) == "0.0000001");
}

TEST_CASE("a decimal reads back as the same number and never holds an exponent") {
    CHECK(rc::check([](double value) {
        RC_PRE(std::isfinite(value));
        const std::string text = decimal(value);
        RC_ASSERT(std::strtod(text.c_str(), nullptr) == value);
        RC_ASSERT(text.find_first_not_of("-.0123456789") == std::string::npos);
    }));
    for (const double extreme : {1.7976931348623157e308, 4.9e-324}) {
        CHECK(std::strtod(decimal(extreme).c_str(), nullptr) == extreme);
    }
}

}  // namespace
}  // namespace gotong::text
