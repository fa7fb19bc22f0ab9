// From what somebody typed to a sampler and a schedule that go together.
#pragma once

#include <string_view>

#include "common/result.h"
#include "common/sampling/samplers.h"

namespace gotong::sampling {

inline constexpr SamplerKind kDefaultSampler = SamplerKind::dpmpp_2m;

struct Choice {
    SamplerKind sampler = kDefaultSampler;
    ScheduleKind schedule = ScheduleKind::karras;

    bool operator==(const Choice&) const = default;
};

// Takes our names and every alias of the table, in any case, with or without the spaces, hyphens
// and underscores in them ("DPM++ 2M", "dpmpp-2m", "k_dpmpp_2m"), and AUTOMATIC1111's older labels
// that end with the schedule ("DPM++ 2M Karras"). An empty sampler is the default, an empty
// schedule the sampler's own.
//
// Errors: invalid_argument with the field `sampler` (unknown: the closest name and all there are)
// or `schedule` (unknown, at odds with the label's, or not for this sampler: what is).
Result<Choice> choose(std::string_view sampler, std::string_view schedule);

// Do they go together? The same error where not.
Result<> check_pair(SamplerKind sampler, ScheduleKind schedule);

}  // namespace gotong::sampling
