// What a picture costs: formula v3, published in docs/create.md.
//
//     credits = width x height x steps made x sampler calls x model cost / (512 x 512 x 20)
//
// where the steps made are all, or those that are left for a picture that begins with another one
// (common/sampling/strength), and a sampler's calls are those of the denoiser in one step
// (common/sampling: 1 or 2), rounded up to a whole micro-credit. One credit is one picture of 512 x
// 512 pixels in 20 steps by a model of the SD 1.x kind (cost 1). What is quoted is held, and never
// more is paid.
#pragma once

#include <cstdint>
#include <string>

#include "common/credits.h"
#include "common/offer/render_spec.h"
#include "common/result.h"
#include "coordinator/job/feasibility.h"

namespace gotong::job {

inline constexpr std::uint32_t kPriceFormula = 3;  // 1 knew no sampler calls, 2 no originals.

// For a complete spec within the limits, which keep the product below 2^63.
Credits price_of(const ModelFacts& model, const RenderSpec& spec);

// "1.25 credits", "1 credit"; down to the micro-credit.
std::string credits_text(Credits credits);

// resource_exhausted says what `count` pictures cost, what there is, and what it would pay for: how
// many of them; else one, in how many steps.
Result<> check_affordable(const ModelFacts& model, const RenderSpec& spec, std::uint32_t count,
                          Credits available);

}  // namespace gotong::job
