// Coordinator and worker on two hosts, as network namespaces make them, and a cable that is pulled
// out or passes one way only: no reset and no end of file tells anybody. TLS on the way, as beyond
// loopback always.
#include <catch2/catch_test_macros.hpp>

#include "tests/e2e/books.h"
#include "tests/e2e/local_pool.h"
#include "tests/support/network/two_hosts.h"

namespace gotong::test {
namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = kSoon * 2;

struct ApartPool : TwoHosts, LocalPool {
    explicit ApartPool(const std::string& session_ttl)
        : LocalPool({"--listen", std::string{kPoolAddress} + ":0", "--http",
                     std::string{kPoolAddress} + ":0", "--session-ttl", session_ttl},
                    {.pool = on_pool(), .worker = on_worker()}),
          books(data()) {
        join_worker();
        start_worker();
    }

    Process render(const std::string& name) const {
        return gotong_in_background({"render", "a red apple", "--size", "64x64", "--steps", "150",
                                     "--out", file(name + ".png").string()},
                                    name + ".log");
    }
    bool is_between_steps() const {
        const auto jobs = json({"status"}).at("jobs");
        return !jobs.empty() && jobs.at(0).at("step") > 0 && jobs.at(0).at("state") == "running";
    }

    const Books books;
};

void skip_without_privileges() {
    if (const std::string reason = TwoHosts::why_not(); !reason.empty()) SKIP(reason);
}

TEST_CASE("a cable that is out for some seconds costs a render nothing, not even an attempt") {
    skip_without_privileges();
    ApartPool pool{"60"};
    Process rendering = pool.render("apple");
    REQUIRE(eventually([&] { return pool.is_between_steps(); }, kSoon));
    pool.unplug();
    pause(5s);  // It finishes meanwhile, and has nobody to tell.
    CHECK(pool.books.running() == 1);
    pool.heal();
    const auto status = rendering.wait(kPatience);
    INFO(rendering.output() << pool.worker->output() << pool.books.history());
    CHECK(status == 0);
    CHECK(pool.books.attempts() == 1);
    CHECK(pool.books.broken_promises().empty());
}

TEST_CASE(
    "a cable that is out for longer than a session gives the job back, and one picture comes") {
    skip_without_privileges();
    ApartPool pool{"10"};
    Process rendering = pool.render("apple");
    REQUIRE(eventually([&] { return pool.is_between_steps(); }, kSoon));
    pool.unplug();
    CHECK(eventually([&] { return pool.books.queued() == 1; }, kSoon));
    pool.heal();
    const auto status = rendering.wait(kPatience);
    INFO(rendering.output() << pool.worker->output() << pool.books.history());
    CHECK(status == 0);
    CHECK(pool.books.broken_promises().empty());
}

TEST_CASE("a cable that passes one way only is noticed from either end") {
    skip_without_privileges();
    ApartPool pool{"10"};
    for (const bool is_up : {true, false}) {
        const std::string name = is_up ? "up" : "down";
        Process rendering = pool.render(name);
        REQUIRE(eventually([&] { return pool.is_between_steps(); }, kSoon));
        const std::size_t said = pool.worker->output().size();
        is_up ? pool.lose_up() : pool.lose_down();
        CHECK(eventually(
            [&] {
                return pool.worker->output().find("no connection to the pool", said) !=
                       std::string::npos;
            },
            kSoon));
        pool.heal();
        const auto status = rendering.wait(kPatience);
        INFO("nothing passes " << name << "\n"
                               << rendering.output() << pool.worker->output()
                               << pool.books.history());
        CHECK(status == 0);
    }
    CHECK(pool.books.broken_promises().empty());
}

}  // namespace
}  // namespace gotong::test
