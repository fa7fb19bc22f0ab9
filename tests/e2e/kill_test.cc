// kill -9 of the coordinator, the worker and the renderer at every stop of a job's life. Whatever
// dies, each job ends in exactly one accepted picture, paid once.
//
// Each round brings a job to a stop and keeps it there, kills somebody at a seeded moment, lets go,
// and waits for the picture. Every victim dies at every stop before any pair comes again.
// GOTONG_KILLS sets how many rounds (default 30), GOTONG_KILL_SEED their order and moments.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <map>
#include <random>

#include "tests/e2e/stop.h"

namespace gotong::test {
namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 120s;           // For a job to recover and end.
constexpr unsigned kMostDelayMs = 40;      // At the stop, before the kill.
constexpr unsigned kLongestJobMs = 1'500;  // Of one that is kept nowhere.
constexpr int kTellEvery = 50;             // Rounds; for who waits for a thousand.

enum class Victim { coordinator, worker, renderer };
constexpr const char* kNames[] = {"coordinator", "worker", "renderer"};

struct Round {
    Victim victim;
    Stop stop;

    auto operator<=>(const Round&) const = default;
};

int number_from(const char* variable, int otherwise) {
    const char* text = std::getenv(variable);
    return text == nullptr ? otherwise : std::atoi(text);
}

std::string name_of(const Round& round) {
    return std::string{kNames[static_cast<int>(round.victim)]} + " | " + name_of(round.stop);
}

// Every pair once, in a seeded order, then again.
std::vector<Round> plan(int rounds, std::mt19937& random) {
    std::vector<Round> pairs, planned;
    for (const Stop stop : kStops)
        for (const auto victim : {Victim::coordinator, Victim::worker, Victim::renderer})
            pairs.push_back({victim, stop});
    while (planned.size() < static_cast<std::size_t>(rounds)) {
        std::ranges::shuffle(pairs, random);
        planned.insert(planned.end(), pairs.begin(), pairs.end());
    }
    planned.resize(static_cast<std::size_t>(rounds));
    return planned;
}

// Held bytes reach who is still there, and those alone.
void strike(FaultyPool& pool, Victim victim, Staged& staged) {
    switch (victim) {
        case Victim::coordinator:
            pool.coordinator->kill_now();
            staged.let_go();
            return pool.restart_coordinator();
        case Victim::worker:
            pool.worker->kill_now();
            staged.let_go();
            return pool.start_worker();
        case Victim::renderer:
            if (const auto renderer = pool.renderer_pid()) ::kill(*renderer, SIGKILL);
            return staged.let_go();  // The worker starts another.
    }
}

void play(FaultyPool& pool, const Round& round, const std::string& name, std::mt19937& random) {
    const std::chrono::milliseconds moment{random() % kLongestJobMs};
    const std::chrono::milliseconds delay{random() % kMostDelayMs};
    INFO(name << ": " << name_of(round) << " after " << delay.count() << " ms, or "
              << moment.count() << " ms anywhere");
    Staged staged{pool, round.stop, name, moment};
    pause(delay);
    strike(pool, round.victim, staged);
    for (auto& [picture, rendering] : staged.pictures()) {
        const auto status = rendering.wait(kPatience);
        INFO(rendering.output() << pool.worker->output() << pool.books.history());
        REQUIRE(status == 0);
        CHECK(pool.verifies(picture));
        std::filesystem::remove(pool.file(picture + ".png"));
    }
}

TEST_CASE("whatever is killed at whichever stop, each job ends in one accepted picture, paid once",
          "[kill]") {
    FaultyPool pool;
    const int kills = number_from("GOTONG_KILLS", 30);
    std::mt19937 random{static_cast<unsigned>(number_from("GOTONG_KILL_SEED", 1))};
    std::map<Round, int> hits;
    int played = 0;

    for (const Round& round : plan(kills, random)) {
        play(pool, round, "round-" + std::to_string(played), random);
        ++hits[round];
        if (++played % kTellEvery == 0) std::cout << played << " rounds" << std::endl;
    }

    INFO(pool.books.history());
    CHECK(pool.books.broken_promises().empty());
    CHECK(pool.books.done() >= kills);
    std::cout << "victim | stop of the job's life: kills\n";
    for (const auto& [round, count] : hits)
        std::cout << "  " << name_of(round) << ": " << count << "\n";
    const auto pairs = std::size(kNames) * kStops.size();
    CHECK(hits.size() == std::min(pairs, static_cast<std::size_t>(kills)));
}

}  // namespace
}  // namespace gotong::test
