#include "coordinator/core/prospects.h"

#include <algorithm>
#include <set>

#include "common/text/duration.h"
#include "coordinator/schedule/queue.h"

namespace gotong::core {
namespace {

// Of the workers that are enrolled and were not revoked.
struct Census {
    std::uint32_t enrolled = 0;
    std::uint32_t able = 0;     // Not online, and had the model when they were.
    std::uint32_t too_old = 0;  // Have the model, and a protocol that cannot say what is asked for.
    std::uint32_t unheard = 0;  // Not heard since the start: nobody knows.
};

bool is_able(const roster::Session& session, const schedule::Needs& needs) {
    return session.stream && session.protocol >= needs.protocol &&
           session.usable.contains(needs.kind.model_digest);
}

Census census(const State& state, const job::Job& job, std::uint32_t protocol) {
    const OfferedModel wanted{job.spec.model, job.model_digest};
    Census census;
    for (const auto& [id, worker] : state.workers.all()) {
        if (worker.revoked) continue;
        ++census.enrolled;
        const auto known = state.abilities.find(id);
        if (known == state.abilities.end()) {
            ++census.unheard;
        } else if (std::ranges::find(known->second.models, wanted) != known->second.models.end()) {
            ++(known->second.protocol >= protocol ? census.able : census.too_old);
        }
    }
    return census;
}

// Names of the models that somebody online renders with.
std::string what_they_have(const State& state) {
    std::string names;
    for (const job::ModelFacts& model : state.catalogue.facts()) {
        const auto& sessions = state.roster.sessions();
        const bool is_there = std::any_of(sessions.begin(), sessions.end(), [&](const auto& it) {
            return it.second.stream && it.second.usable.contains(model.digest);
        });
        if (is_there) names += (names.empty() ? "" : ", ") + model.name;
    }
    return names;
}

std::string prospect(const State& state, const job::Job& job, const Census& census) {
    if (census.enrolled == 0) return "no worker has joined this pool yet";
    const std::string nobody = "no worker that is online has " + job.spec.model + "; ";
    if (census.able > 0) return nobody + std::to_string(census.able) + " that are away had it";
    if (census.unheard > 0) return nobody + std::to_string(census.unheard) + " that are away may";
    const std::string all = "none of this pool's " + std::to_string(census.enrolled) + " workers ";
    if (census.too_old > 0) {
        return all + "could begin with a picture; those with " + job.spec.model +
               " must be updated first";
    }
    const std::string others = what_they_have(state);
    return all + "has " + job.spec.model + (others.empty() ? "" : "; they have " + others);
}

}  // namespace

std::vector<std::string> prospects(const State& state, const job::Job& job) {
    const schedule::Needs needs = schedule::needs_of(job);
    const auto& sessions = state.roster.sessions();
    if (std::any_of(sessions.begin(), sessions.end(),
                    [&](const auto& it) { return is_able(it.second, needs); })) {
        return {};
    }
    return {prospect(state, job, census(state, job, needs.protocol)) + ": it waits, for " +
            text::duration(job.expires - job.submitted) + " at most"};
}

}  // namespace gotong::core
