#include "coordinator/schedule/choose_worker.h"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <tuple>

#include "common/text/duration.h"

namespace gotong::schedule {
namespace {

using std::chrono::nanoseconds;

nanoseconds rendering_time(const JobNeeds& job, const Candidate& worker) {
    const double alone = worker.ns_per_micro.value_or(0.0) * static_cast<double>(job.price.micro);
    constexpr double kMost = 1e15;  // Eleven days: further than any choice looks.
    return nanoseconds{static_cast<std::int64_t>(std::min(alone * (1.0 + worker.beside), kMost))};
}

// What a candidate is ranked by: the smallest is the best.
using Rank = std::tuple<bool, nanoseconds, std::uint32_t, std::uint64_t, WorkerId>;

Rank rank_of(const Ranked& it) {
    return {!it.has_turn, it.expected, it.beside, it.last_given, it.worker};
}

bool is_before(const Ranked& a, const Ranked& b) { return rank_of(a) < rank_of(b); }

Ranked ranked(const JobNeeds& job, const Candidate& worker, std::uint64_t turn_after) {
    const nanoseconds wait = worker.is_free ? nanoseconds{0} : *worker.free_in;
    return {.worker = worker.id,
            .expected = wait + worker.swap + rendering_time(job, worker),
            .swap = worker.swap,
            .is_measured = worker.ns_per_micro.has_value(),
            .beside = worker.beside,
            .last_given = worker.last_given,
            .missed = worker.missed,
            .has_turn = worker.missed >= turn_after};
}

// Keeps the best, sorted. Most newcomers to a long list are behind its last and cost one
// comparison.
void enter(std::vector<Ranked>& best, const Ranked& newcomer) {
    if (best.size() == kMostRanked && !is_before(newcomer, best.back())) return;
    if (best.size() == kMostRanked) best.pop_back();
    best.insert(std::upper_bound(best.begin(), best.end(), newcomer, is_before), newcomer);
}

std::string said(nanoseconds time) {
    return text::duration(std::chrono::duration_cast<std::chrono::milliseconds>(time));
}

// "resident here, 2.1 s", "on disk there, +9.0 s, 11 s", "on disk here, +9.0 s, speed unknown".
std::string outlook(const Ranked& it, std::string_view where) {
    std::string text = it.swap > nanoseconds{0} ? "on disk " : "resident ";
    text += where;
    if (it.swap > nanoseconds{0}) text += ", +" + said(it.swap);
    return text + ", " + (it.is_measured ? said(it.expected - it.swap) : "speed unknown");
}

std::string tie_break(const Ranked& first, const Ranked& second) {
    if (first.beside < second.beside) return "of equals the one with less company";
    if (first.last_given < second.last_given) return "of equals the one that has waited longest";
    return "of equals the lowest id";
}

std::string turn_of(const Ranked& it) {
    return "its turn, since " + std::to_string(it.missed) + " jobs went to others";
}

std::string reason_for(const Choice& choice) {
    const Ranked& first = choice.best.front();
    std::string reason = "first of " + std::to_string(choice.free) + " free: ";
    if (first.has_turn) reason += turn_of(first) + "; ";
    reason += outlook(first, "here");
    if (first.beside > 0) reason += ", beside " + std::to_string(first.beside) + " like it";
    if (choice.best.size() < 2 || first.has_turn) return reason;
    const Ranked& second = choice.best[1];
    return reason + "; " +
           (first.expected < second.expected ? outlook(second, "there") : tie_break(first, second));
}

bool is_sooner(const Ranked& busy, const std::optional<Ranked>& than) {
    return !than || busy.expected < than->expected;
}

}  // namespace

std::string advantage(const Ranked& first, const Ranked& second) {
    if (first.has_turn) return turn_of(first);
    if (first.expected < second.expected)
        return outlook(first, "there") + "; " + outlook(second, "here");
    return tie_break(first, second);
}

std::optional<Choice> choose_worker(const JobNeeds& job, std::span<const Candidate> online) {
    const auto is_avoided = [&](const Candidate& worker) { return job.avoid.contains(worker.id); };
    const bool all_avoided = std::all_of(online.begin(), online.end(), is_avoided);
    const std::uint64_t turn_after = kTurnAfter * online.size();
    Choice choice;
    std::optional<Ranked> busy;
    for (const Candidate& worker : online) {
        if (is_avoided(worker) && !all_avoided) continue;
        if (worker.is_free) {
            ++choice.free;
            enter(choice.best, ranked(job, worker, turn_after));
        } else if (worker.free_in && worker.swap == nanoseconds{0} && worker.ns_per_micro) {
            const Ranked later = ranked(job, worker, turn_after);
            if (is_sooner(later, busy)) busy = later;
        }
    }
    if (choice.best.empty()) return std::nullopt;
    const Ranked& first = choice.best.front();
    choice.worker = first.worker;
    choice.reason = reason_for(choice);
    const bool must_load = first.swap > nanoseconds{0} && !first.has_turn;
    if (must_load && busy && busy->expected < first.expected) choice.sooner = busy;
    return choice;
}

}  // namespace gotong::schedule
