// A renderer that hangs when its job is cancelled. The cancel is acknowledged, the slot that does
// not come free is shown, the renderer is killed, and the worker serves on.
#include <catch2/catch_test_macros.hpp>
#include <csignal>

#include "tests/e2e/faulty_pool.h"

namespace gotong::test {
namespace {

using namespace std::chrono_literals;

nlohmann::json worker_of(const LocalPool& pool) {
    return pool.json({"worker", "list"}).at("workers").at(0);
}

TEST_CASE("a renderer that hangs at a cancel is killed, and the worker takes the next job") {
    FaultyPool pool;
    Process cancelled = pool.render("never", 150);
    REQUIRE(eventually([&] { return pool.step_of_newest() > 1; }, kSoon));
    const pid_t renderer = pool.renderer_pid().value();
    ::kill(renderer, SIGSTOP);
    cancelled.signal(SIGINT);
    CHECK(cancelled.wait(kSoon) == 1);

    Process next = pool.render("next", 8);
    pause(2s);                                            // Far beyond any step.
    CHECK(pool.json({"status"}).at("jobs_queued") == 1);  // Its slot does not count as free.
    CHECK(worker_of(pool).at("online") == true);
    const auto status = next.wait(kSoon);
    INFO(next.output() << pool.worker->output());
    CHECK(status == 0);
    CHECK(pool.verifies("next"));
    CHECK(worker_of(pool).at("stuck_slots") == 0);
    CHECK(::kill(renderer, 0) == -1);  // And reaped.
}

}  // namespace
}  // namespace gotong::test
