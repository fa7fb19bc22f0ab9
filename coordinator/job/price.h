// What a picture costs: formula v1, published in docs/create.md.
//
//     credits = width x height x steps x model cost / (512 x 512 x 20)
//
// rounded up to a whole micro-credit. One credit is one picture of 512 x 512 pixels in 20 steps by
// a model of the SD 1.x kind (cost 1). What is quoted is held, and never more is paid.
#pragma once

#include <cstdint>
#include <string>

#include "common/credits.h"
#include "common/result.h"
#include "coordinator/job/feasibility.h"

namespace gotong::job {

inline constexpr std::uint32_t kPriceFormula = 1;

// For sides and steps within the limits, which keep the product below 2^63.
Credits price_of(const ModelFacts& model, std::uint32_t width, std::uint32_t height,
                 std::uint32_t steps);

// "1.25 credits", "1 credit"; down to the micro-credit.
std::string credits_text(Credits credits);

// resource_exhausted says what `count` pictures cost, what there is, and how many it would pay for.
Result<> check_affordable(Credits price, std::uint32_t count, Credits available);

}  // namespace gotong::job
