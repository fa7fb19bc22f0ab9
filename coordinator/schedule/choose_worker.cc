#include "coordinator/schedule/choose_worker.h"

#include <algorithm>
#include <iterator>
#include <tuple>

#include "common/text/duration.h"

namespace gotong::schedule {
namespace {

// Reading some gigabytes from a disk and moving them to a device.
constexpr double kLoadNs = 10e9;

double expected_ns(const JobNeeds& job, const Candidate& worker) {
    const double rendering =
        worker.ns_per_micro.value_or(0.0) * static_cast<double>(job.price.micro);
    return rendering * (1.0 + worker.beside) + (worker.is_resident ? 0.0 : kLoadNs);
}

// What a candidate is ranked by: the smallest is the best.
using Rank = std::tuple<double, std::uint32_t, std::uint64_t, WorkerId>;

struct Contender {
    Rank rank;
    const Candidate* worker = nullptr;
};

// Keeps the best, sorted. Most newcomers to a long list are behind its last and cost one
// comparison.
void enter(std::vector<Contender>& best, const Contender& contender) {
    const auto behind = [](const Contender& a, const Contender& b) { return a.rank < b.rank; };
    if (best.size() == kMostRanked && !behind(contender, best.back())) return;
    if (best.size() == kMostRanked) best.pop_back();
    best.insert(std::upper_bound(best.begin(), best.end(), contender, behind), contender);
}

Ranked ranked(const Contender& contender) {
    const std::chrono::duration<double, std::nano> expected{std::get<double>(contender.rank)};
    const Candidate& worker = *contender.worker;
    return {.worker = worker.id,
            .expected = std::chrono::duration_cast<std::chrono::nanoseconds>(expected),
            .is_measured = worker.ns_per_micro.has_value(),
            .beside = worker.beside,
            .last_given = worker.last_given};
}

std::string reason_for(const Candidate& worker, const Choice& choice) {
    std::string reason = "first of " + std::to_string(choice.free) + " free";
    reason += worker.is_resident ? ", model loaded" : ", model to be loaded";
    reason += worker.ns_per_micro ? ", speed known" : ", speed unknown";
    if (worker.beside > 0) reason += ", beside " + std::to_string(worker.beside) + " like it";
    if (choice.best.size() > 1) reason += ": " + advantage(choice.best[0], choice.best[1]);
    return reason;
}

std::string said(std::chrono::nanoseconds time) {
    return text::duration(std::chrono::duration_cast<std::chrono::milliseconds>(time));
}

}  // namespace

std::string advantage(const Ranked& first, const Ranked& second) {
    if (first.expected < second.expected) {
        if (!first.is_measured) return "never measured, so it is tried";
        return "expected in " + said(first.expected) + " against " + said(second.expected);
    }
    if (first.beside < second.beside) return "of equals the one with less company";
    if (first.last_given < second.last_given) return "of equals the one that has waited longest";
    return "of equals the lowest id";
}

std::optional<Choice> choose_worker(const JobNeeds& job, std::span<const Candidate> online) {
    const auto is_avoided = [&](const Candidate& worker) { return job.avoid.contains(worker.id); };
    const bool all_avoided = std::all_of(online.begin(), online.end(), is_avoided);
    std::vector<Contender> best;
    Choice choice;
    for (const Candidate& worker : online) {
        if (!worker.is_free || (is_avoided(worker) && !all_avoided)) continue;
        ++choice.free;
        enter(best,
              {{expected_ns(job, worker), worker.beside, worker.last_given, worker.id}, &worker});
    }
    if (best.empty()) return std::nullopt;
    std::transform(best.begin(), best.end(), std::back_inserter(choice.best), ranked);
    choice.worker = best.front().worker->id;
    choice.reason = reason_for(*best.front().worker, choice);
    return choice;
}

}  // namespace gotong::schedule
