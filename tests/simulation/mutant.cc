#include "tests/simulation/mutant.h"

#include <array>
#include <cstddef>

namespace gotong::simulation {
namespace {

constexpr std::array<std::string_view, static_cast<std::size_t>(Mutant::count_)> kNames{
    "none",
    "credit twice",
    "credit nobody",
    "credit another worker",
    "drop a hold",
    "forget a release",
    "a posting with one side",
    "lose a job",
    "forget a requeue",
    "skip the fence",
    "accept two attempts",
    "leave an attempt open",
    "blame the innocent",
    "resurrect a cancelled job",
    "forget idempotency keys",
    "forget an open job at the start",
    "swallow a failed commit",
    "forget a receipt with its picture",
    "remove pictures too early",
    "remove a picture that another job has",
    "keep old pictures for ever",
    "acknowledge before the commit",
    "never acknowledge a result",
    "acknowledge what was rejected",
    "offer one attempt to two workers",
    "offer nothing to anybody",
    "cancel what is wanted",
    "say cancelled and go on",
    "answer nobody",
    "never expire",
    "refuse late results",
    "ignore an expiry",
    "ignore a start",
    "ignore priorities",
    "ignore an account's limit",
    "ignore weights",
    "favour an account",
    "tell watchers of no end",
    "a disk that ignores syncs",
};

}  // namespace

std::string_view name_of(Mutant mutant) { return kNames.at(static_cast<std::size_t>(mutant)); }

}  // namespace gotong::simulation
