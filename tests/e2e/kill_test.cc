// kill -9 of the coordinator, the worker and the renderer at seeded moments of a job's life.
// Whatever dies, the job ends in exactly one accepted picture, paid once.
//
// GOTONG_KILLS sets how many kills (default 12), GOTONG_KILL_SEED the moments. The table that the
// test prints counts which stop of the job's life each kill hit.
#include <catch2/catch_test_macros.hpp>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <random>

#include "tests/e2e/local_pool.h"

namespace gotong::test {
namespace {

using namespace std::chrono_literals;

constexpr int kSteps = 80;              // A job long enough to be hit in its middle.
constexpr auto kLongestDelay = 2500ms;  // From submission to the kill; a job takes about this.
constexpr auto kPatience = 120s;        // For a job to recover and end.

enum class Victim { coordinator, worker, renderer };
constexpr const char* kNames[] = {"coordinator", "worker", "renderer"};

int number_from(const char* variable, int otherwise) {
    const char* text = std::getenv(variable);
    return text == nullptr ? otherwise : std::atoi(text);
}

// Where the newest job stands: "queued", "loading", "rendering", "uploading", "done"...
std::string stop_of_newest_job(const LocalPool& pool, std::size_t jobs_before) {
    const auto jobs = pool.json({"status"}).at("jobs");
    if (jobs.size() <= jobs_before) return "before submission";
    const auto& newest = jobs.at(0);
    const std::string state = newest.at("state");
    if (state != "running") return state;
    return newest.at("step").get<int>() > 0 ? "running, between steps"
                                            : "running, before the first step";
}

// Every second job begins with a picture, so that uploads and downloads are hit, too.
std::vector<std::string> words_of(int job, const std::string& out) {
    std::vector<std::string> words{"render", "a red apple", "--steps", std::to_string(kSteps),
                                   "--out",  out,           "--json"};
    if (job % 2 == 1)
        words.insert(words.end(), {"--from", docs_picture().string(), "--strength", "1"});
    return words;
}

void strike(LocalPool& pool, Victim victim) {
    switch (victim) {
        case Victim::coordinator:
            pool.coordinator->kill_now();
            pool.restart_coordinator();
            return;
        case Victim::worker:
            pool.worker->kill_now();
            pool.start_worker();
            return;
        case Victim::renderer:
            if (const auto renderer = pool.renderer_pid()) ::kill(*renderer, SIGKILL);
            return;  // The worker starts another.
    }
}

TEST_CASE("whatever is killed, each job ends in exactly one accepted picture, paid once") {
    LocalPool pool;
    pool.join_worker();
    pool.start_worker();
    const int kills = number_from("GOTONG_KILLS", 12);
    std::mt19937 random{static_cast<unsigned>(number_from("GOTONG_KILL_SEED", 1))};
    std::map<std::string, int> hits;
    const std::int64_t before = pool.json({"status"}).at("available_micro_credits");
    std::int64_t paid = 0;

    for (int i = 0; i < kills; ++i) {
        const auto victim = static_cast<Victim>(i % 3);
        const auto delay =
            std::chrono::milliseconds{random() % static_cast<unsigned>(kLongestDelay.count())};
        const auto picture = pool.file("picture-" + std::to_string(i) + ".png");
        const std::string log = "render-" + std::to_string(i) + ".log";
        Process rendering = pool.gotong_in_background(words_of(i, picture.string()), log);
        pause(delay);
        const std::string stop = stop_of_newest_job(pool, static_cast<std::size_t>(i));
        strike(pool, victim);
        ++hits[std::string{kNames[static_cast<int>(victim)]} + " | " + stop];

        INFO("kill " << i << " of the " << kNames[static_cast<int>(victim)] << " after "
                     << delay.count() << " ms, " << stop << "\n"
                     << rendering.output() << "\n"
                     << pool.worker->output());
        REQUIRE(rendering.wait(kPatience) == 0);
        CHECK(pool.gotong({"verify", picture.string()}).status == 0);
        paid +=
            nlohmann::json::parse(rendering.output()).at("price_micro_credits").get<std::int64_t>();
    }

    const auto status = pool.json({"status", "--jobs", "100"});
    CHECK(status.at("jobs").size() == static_cast<std::size_t>(kills));
    for (const auto& job : status.at("jobs")) CHECK(job.at("state") == "done");
    CHECK(status.at("held_micro_credits") == 0);
    CHECK(status.at("available_micro_credits").get<std::int64_t>() == before - paid);
    std::cout << "victim | stop of the job's life: kills\n";
    for (const auto& [stop, count] : hits) std::cout << "  " << stop << ": " << count << "\n";
}

}  // namespace
}  // namespace gotong::test
