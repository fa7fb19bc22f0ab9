// One id through everybody's logs: given by the creator, kept with the job, seen by the worker.
#include <catch2/catch_test_macros.hpp>
#include <csignal>
#include <sstream>

#include "tests/e2e/local_pool.h"

namespace gotong::test {
namespace {

const std::string kTrace = "4bf92f3577b34da6a3ce929d0e0e4736";

// What grep would find.
std::vector<nlohmann::json> lines_with(const std::string& log, const std::string& text) {
    std::vector<nlohmann::json> lines;
    std::istringstream stream{log};
    for (std::string line; std::getline(stream, line);) {
        if (line.find(text) == std::string::npos) continue;
        lines.push_back(nlohmann::json::parse(line));
    }
    return lines;
}

bool says(const std::vector<nlohmann::json>& lines, const std::string& message) {
    for (const auto& line : lines) {
        if (line.at("message") == message) return true;
    }
    return false;
}

TEST_CASE("one grep by its trace tells the whole life of a job, here and at the worker") {
    LocalPool pool({"--log-format", "json", "--log-level", "debug"});
    pool.join_worker();
    pool.start_worker("worker", {"--log-format", "json", "--log-level", "debug"});
    Environment traced = pool.environment();
    traced["TRACEPARENT"] = "00-" + kTrace + "-00f067aa0ba902b7-01";
    const Finished rendered =
        run({binary("gotong"), "render", "a red apple", "--steps", "4", "--out",
             pool.file("apple.png").string(), "--data", pool.data().string()},
            traced);
    INFO(rendered.out << rendered.err << pool.worker->output() << pool.coordinator->output());
    REQUIRE(rendered.status == 0);
    REQUIRE(eventually(
        [&] { return says(lines_with(pool.worker->output(), kTrace), "delivered a picture"); },
        kSoon));

    const auto here = lines_with(pool.coordinator->output(), kTrace);
    for (const char* message : {"job submitted", "job offered", "result answered", "job ended"}) {
        INFO(message);
        CHECK(says(here, message));
    }
    const auto there = lines_with(pool.worker->output(), kTrace);
    for (const char* message : {"rendering", "uploading", "sending the result"}) {
        INFO(message);
        CHECK(says(there, message));
    }
    // The ids that the lines share.
    const std::string job = here.front().at("job");
    for (const auto& line : here) CHECK(line.at("job") == job);
    for (const auto& line : there) {
        CHECK(line.at("job") == job);
        CHECK(line.at("attempt") == "1");
        CHECK(line.at("session") == there.front().at("session"));
    }
    CHECK(lines_with(pool.coordinator->output(), there.front().at("session")).size() >= 2);
    CHECK(pool.json({"explain", job}).at("trace_id") == kTrace);
    CHECK(pool.gotong({"explain", job}).out.find("trace " + kTrace) != std::string::npos);
}

TEST_CASE("a submission without a trace gets one") {
    LocalPool pool;
    Process waiting = pool.gotong_in_background({"render", "a red apple"}, "render.log");
    REQUIRE(eventually([&] { return !pool.json({"status"}).at("jobs").empty(); }, kSoon));
    const std::string job = pool.json({"status"}).at("jobs").at(0).at("job");
    const std::string trace = pool.json({"explain", job}).at("trace_id");
    CHECK(trace.size() == kTrace.size());
    waiting.signal(SIGINT);
    CHECK(waiting.wait(kSoon) == 1);
}

}  // namespace
}  // namespace gotong::test
