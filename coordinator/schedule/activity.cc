#include "coordinator/schedule/activity.h"

namespace gotong::schedule {

Activity activity_of(WorkerId worker, const Leases& leases) {
    Activity activity;
    for (const Lease* lease : leases.rendered_by(worker)) {
        const bool is_alike = activity.rendering == 0 || activity.kind == lease->kind;
        activity.kind = is_alike ? std::optional{lease->kind} : std::nullopt;
        ++activity.rendering;
        activity.is_forming = activity.is_forming && lease->step == 0;
    }
    return activity;
}

}  // namespace gotong::schedule
