// What `gotong status --watch` shows, from what the pool said and when.
#include "coordinator/cli/dashboard.h"

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>

namespace gotong::cli {
namespace {

using namespace std::chrono_literals;

const Monotonic kStart{1000s};

v1::GetStatusResponse status(std::uint64_t submitted, std::uint64_t done) {
    v1::GetStatusResponse status;
    status.set_workers_online(3);
    status.set_jobs_queued(12);
    status.set_jobs_running(2);
    status.set_jobs_submitted(submitted);
    status.set_jobs_done(done);
    status.set_oldest_wait_ms(45'000);
    return status;
}

TEST_CASE("the first look has no rates, which are not guessed") {
    Dashboard dashboard;
    dashboard.see(status(20, 6), kStart);
    CHECK(dashboard.line() ==
          "workers 3, waiting 12 (the oldest for 45 s), running 2; submitted -, done -, failed -");
    CHECK_FALSE(dashboard.json().contains("done_per_minute"));
}

TEST_CASE("rates are those of the last minute") {
    Dashboard dashboard;
    for (std::uint64_t i = 0; i <= 20; ++i) {
        const std::uint64_t done = i < 10 ? 0 : i - 10;  // One each 10 s, for the last 100 s.
        dashboard.see(status(20, done), kStart + 10s * i);
    }
    CHECK(dashboard.line() ==
          "workers 3, waiting 12 (the oldest for 45 s), running 2; submitted 0.0/min, done "
          "6.0/min, failed 0.0/min");
    CHECK(dashboard.json().at("done_per_minute") == 6.0);
}

TEST_CASE("a pool that was started anew begins anew") {
    Dashboard dashboard;
    dashboard.see(status(20, 6), kStart);
    dashboard.see(status(1, 0), kStart + 2s);
    CHECK(dashboard.line().find("done -") != std::string::npos);
}

TEST_CASE("a terminal is given a few short lines") {
    Dashboard dashboard;
    v1::GetStatusResponse idle = status(0, 0);
    idle.clear_oldest_wait_ms();
    dashboard.see(idle, kStart);
    const auto lines = dashboard.lines();
    CHECK(lines.size() == 7);
    for (const std::string& line : lines) CHECK(line.size() <= 80);
    CHECK(lines.at(1).ends_with("nobody waits"));
}

}  // namespace
}  // namespace gotong::cli
