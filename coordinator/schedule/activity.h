// What a worker is at, and whether a job could share it.
//
// Corridor: schedule/lease -> [schedule/activity] -> schedule/dispatcher
#pragma once

#include <cstdint>
#include <optional>

#include "coordinator/schedule/lease.h"

namespace gotong::schedule {

struct Activity {
    std::uint32_t rendering = 0;  // Jobs.
    std::optional<Kind> kind;     // Theirs; none while it renders nothing, or several kinds.
    bool is_forming = true;       // None of them has reported a step yet.
};

Activity activity_of(WorkerId worker, const Leases& leases);

// Jobs of another kind would only wait there, without a step to report.
inline bool is_open_to(const Activity& activity, const Kind& kind) {
    return activity.rendering == 0 || activity.kind == kind;
}

}  // namespace gotong::schedule
