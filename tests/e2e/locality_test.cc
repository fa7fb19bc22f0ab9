// Two tiny models and a worker, walked by the real binaries: the pool knows which of them is in the
// worker's memory, says so, and does not have it load for every job.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <fstream>

#include "tests/e2e/books.h"
#include "tests/e2e/local_pool.h"

namespace gotong::test {
namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 180s;

// The demo model, and the same again with a file that differs by a space: another model.
struct TwoModels : LocalPool {
    const Books books{data()};

    explicit TwoModels(const std::vector<std::string>& options) {
        namespace fs = std::filesystem;
        for (const char* name : {"emoji", "smiley"}) {
            fs::create_directories(file("models"));
            fs::copy(demo_model(), file("models") / name, fs::copy_options::recursive);
        }
        const fs::path config = file("models") / "smiley/scheduler/scheduler_config.json";
        fs::permissions(config, fs::perms::owner_write, fs::perm_options::add);
        std::ofstream{config, std::ios::app} << ' ';
        const auto added = gotong({"models", "add", (file("models") / "smiley").string()});
        INFO(added.out << added.err);
        REQUIRE(added.status == 0);
        join_worker();
        const auto membership = worker_data() / "worker.json";
        auto json = nlohmann::json::parse(read_bytes(membership));
        json["models"] = file("models").string();
        std::ofstream{membership} << json.dump();
        start_worker("worker", options);
    }
    // Long enough for several reports of its steps, by which a worker's speed is known.
    Process render(const std::string& model, int number) const {
        const std::string name = model + "-" + std::to_string(number);
        return gotong_in_background({"render", "a red apple", "--model", model, "--size", "128x128",
                                     "--steps", "40", "--out", file(name + ".png").string()},
                                    name + ".log");
    }
    void finish(Process& rendering) {
        const auto status = rendering.wait(kPatience);
        INFO(rendering.output() << worker->output());
        REQUIRE(status == 0);
    }
    std::string explained() const { return gotong({"explain", "worker"}).out; }
    bool says(const std::string& words) const {
        return eventually([&] { return explained().find(words) != std::string::npos; }, 20s);
    }
    std::string choice_of_newest() const {
        const std::string job = json({"status"}).at("jobs").at(0).at("job");
        return json({"explain", job}).at("attempts").at(0).at("choice");
    }
};

TEST_CASE("the pool knows which models a worker has loaded, and chooses by it") {
    TwoModels pool{{}};
    Process first = pool.render("emoji", 1);
    pool.finish(first);
    INFO(pool.explained());
    CHECK(pool.says("emoji: resident, "));
    CHECK(pool.says("thousand pixel-steps/s"));
    CHECK(pool.says("smiley: on disk, +"));
    CHECK(pool.choice_of_newest().find("on disk here, +") != std::string::npos);
    Process second = pool.render("smiley", 2);
    pool.finish(second);
    CHECK(pool.says("smiley: resident, "));
    CHECK(pool.says("emoji: resident, "));  // There is room for both.
    Process third = pool.render("emoji", 3);
    pool.finish(third);
    CHECK(pool.choice_of_newest().find("resident here, ") != std::string::npos);
    CHECK(pool.books.broken_promises().empty());
}

TEST_CASE(
    "with room for one model, jobs that come in turn are rendered by model, and all of them") {
    TwoModels pool{{"--model-memory", "0"}};
    std::vector<Process> renders;
    for (int i = 0; i < 4; ++i) {
        renders.push_back(pool.render("emoji", i));
        renders.push_back(pool.render("smiley", i));
    }
    for (Process& rendering : renders) pool.finish(rendering);
    INFO(pool.explained());
    CHECK(pool.says(": resident, "));
    CHECK(pool.says(": on disk, +"));
    CHECK(pool.books.broken_promises().empty());
    pool.coordinator->kill_now();
    pool.restart_coordinator();  // What it measured is known again.
    CHECK(pool.says("thousand pixel-steps/s"));
}

}  // namespace
}  // namespace gotong::test
