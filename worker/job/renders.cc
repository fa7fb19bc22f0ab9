#include "worker/job/renders.h"

#include <algorithm>
#include <utility>

namespace gotong::worker {

void Renders::add(Job job, Monotonic now) {
    const Lease lease = job.lease;
    renders_.insert_or_assign(lease, Render{.job = std::move(job), .told = now});
}

Render* Renders::find(const Lease& lease) {
    const auto found = renders_.find(lease);
    return found == renders_.end() ? nullptr : &found->second;
}

std::optional<Render> Renders::take(const Lease& lease) {
    auto node = renders_.extract(lease);
    if (node.empty()) return std::nullopt;
    return std::move(node.mapped());
}

bool Renders::are_all_stopped() const {
    return std::ranges::all_of(renders_,
                               [](const auto& entry) { return entry.second.stopped.has_value(); });
}

std::vector<HeldLease> Renders::held() const {
    std::vector<HeldLease> held;
    for (const auto& [lease, render] : renders_)
        held.push_back({lease, render.phase, render.step, render.stopped.has_value()});
    return held;
}

}  // namespace gotong::worker
