#include "coordinator/schedule/locality.h"

#include <algorithm>

namespace gotong::schedule {
namespace {

constexpr Nanoseconds kLoadOfUnknownSize = std::chrono::seconds{10};
constexpr Nanoseconds kLeastLoad = std::chrono::milliseconds{200};
// A plain solid-state disk, and the packing that follows it.
constexpr double kNsPerByte = 2.5;
// What is late by less may be a slow network.
constexpr Nanoseconds kSlack = std::chrono::seconds{2};

double in_ns(std::chrono::milliseconds time) {
    return static_cast<double>(Nanoseconds{time}.count());
}

// As its other models were loaded: the slowest of them, which is the least disturbed by files that
// the system had in memory already.
double ns_per_byte(const roster::Paces& paces) {
    double slowest = 0;
    for (const auto& [digest, pace] : paces) {
        if (!pace.load || pace.bytes == 0) continue;
        slowest = std::max(slowest, in_ns(*pace.load) / static_cast<double>(pace.bytes));
    }
    return slowest > 0 ? slowest : kNsPerByte;
}

std::optional<Nanoseconds> left_of(const Lease& lease, Monotonic now) {
    if (lease.expected == Nanoseconds{0} || !lease.offered) return std::nullopt;
    const Nanoseconds passed = now - *lease.offered;
    if (passed > 2 * lease.expected + kSlack) return std::nullopt;
    return std::max(lease.expected - passed, Nanoseconds{0});
}

}  // namespace

bool is_loaded(const roster::Session& session, const Activity& activity,
               const std::string& digest) {
    if (activity.kind && activity.kind->model_digest == digest) return true;
    return session.loaded.contains(digest);
}

Nanoseconds swap_time(const roster::Session& session, const Activity& activity,
                      const std::string& digest) {
    if (is_loaded(session, activity, digest)) return Nanoseconds{0};
    const auto found = session.paces.find(digest);
    if (found == session.paces.end()) return kLoadOfUnknownSize;
    const roster::Pace& pace = found->second;
    if (pace.load) return std::max(Nanoseconds{*pace.load}, kLeastLoad);
    if (pace.bytes == 0) return kLoadOfUnknownSize;
    const double ns = static_cast<double>(pace.bytes) * ns_per_byte(session.paces);
    return std::max(Nanoseconds{static_cast<std::int64_t>(ns)}, kLeastLoad);
}

std::optional<double> ns_per_micro(const roster::Session& session, const std::string& digest) {
    const auto found = session.paces.find(digest);
    if (found != session.paces.end() && found->second.ns_per_micro)
        return found->second.ns_per_micro;
    double sum = 0;
    int count = 0;
    for (const auto& [other, pace] : session.paces) {
        if (!pace.ns_per_micro) continue;
        sum += *pace.ns_per_micro;
        ++count;
    }
    if (count == 0) return std::nullopt;
    return sum / count;
}

std::optional<Nanoseconds> free_in(const Activity& activity, const Kind& kind,
                                   const std::vector<const Lease*>& rendering, Monotonic now) {
    const bool is_alike = activity.kind == kind;  // Then one slot is enough, else all must be free.
    std::optional<Nanoseconds> found;
    for (const Lease* lease : rendering) {
        const auto left = left_of(*lease, now);
        if (!left && is_alike) continue;
        if (!left) return std::nullopt;
        if (!found) found = left;
        found = is_alike ? std::min(*found, *left) : std::max(*found, *left);
    }
    return found;
}

}  // namespace gotong::schedule
