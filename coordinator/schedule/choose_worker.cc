#include "coordinator/schedule/choose_worker.h"

#include <algorithm>
#include <tuple>

namespace gotong::schedule {
namespace {

// Reading some gigabytes from a disk and moving them to a device.
constexpr double kLoadNs = 10e9;

double expected_ns(const JobNeeds& job, const Candidate& worker) {
    const double rendering =
        worker.ns_per_micro.value_or(0.0) * static_cast<double>(job.price.micro);
    return rendering * (1.0 + worker.beside) + (worker.is_resident ? 0.0 : kLoadNs);
}

std::string reason_for(const Candidate& worker, std::size_t free) {
    std::string reason = "first of " + std::to_string(free) + " free";
    reason += worker.is_resident ? ", model loaded" : ", model to be loaded";
    reason += worker.ns_per_micro ? ", speed known" : ", speed unknown";
    if (worker.beside > 0) reason += ", beside " + std::to_string(worker.beside) + " like it";
    return reason;
}

}  // namespace

std::optional<Choice> choose_worker(const JobNeeds& job, std::span<const Candidate> online) {
    const auto is_avoided = [&](const Candidate& worker) { return job.avoid.contains(worker.id); };
    const bool all_avoided = std::all_of(online.begin(), online.end(), is_avoided);
    using Rank = std::tuple<double, std::uint32_t, std::uint64_t, WorkerId>;
    std::optional<Rank> best;
    const Candidate* chosen = nullptr;
    std::size_t free = 0;
    for (const Candidate& worker : online) {
        if (!worker.is_free || (is_avoided(worker) && !all_avoided)) continue;
        ++free;
        const Rank rank{expected_ns(job, worker), worker.beside, worker.last_given, worker.id};
        if (best && !(rank < *best)) continue;
        best = rank;
        chosen = &worker;
    }
    if (!chosen) return std::nullopt;
    return Choice{chosen->id, reason_for(*chosen, free)};
}

}  // namespace gotong::schedule
