// The uploads that a job begins with.
#pragma once

#include <vector>

#include "common/offer/render_spec.h"
#include "coordinator/job/input_name.h"

namespace gotong::job {

// Picture, then mask if there is one; none without an original.
inline std::vector<InputName> inputs_of(AccountId account, const RenderSpec& spec) {
    std::vector<InputName> names;
    if (!spec.original) return names;
    names.push_back({account, spec.original->picture});
    if (spec.original->mask) names.push_back({account, *spec.original->mask});
    return names;
}

}  // namespace gotong::job
