// A pool whose worker sits behind a proxy that lets calls through and no streams. Whoever dies
// there, and whatever answer is lost, each job ends in exactly one accepted picture.
#include <catch2/catch_test_macros.hpp>
#include <csignal>

#include "tests/e2e/books.h"
#include "tests/e2e/local_pool.h"
#include "tests/support/unary_proxy/unary_proxy.h"

namespace gotong::test {
namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 180s;
constexpr int kShort = 8;  // Steps.
constexpr int kLong = 120;

struct BehindProxy : LocalPool {
    UnaryProxy proxy{grpc_address(), UnaryProxy::Streams::refused};
    const Books books{data()};

    BehindProxy() {
        join_worker();
        route_worker(proxy.address());
        start_worker();
    }
    Process render(const std::string& name, int steps) const {
        return gotong_in_background({"render", "a red apple", "--size", "64x64", "--steps",
                                     std::to_string(steps), "--out", file(name + ".png").string()},
                                    name + ".log");
    }
    nlohmann::json seen() const { return json({"worker"}).at("workers").at(0); }
    void finishes(Process& rendering) {
        const auto status = rendering.wait(kPatience);
        INFO(rendering.output() << worker->output() << books.history());
        CHECK(status == 0);
    }
};

TEST_CASE("behind a proxy without streams a picture is made all the same, and it is said",
          "[fault]") {
    BehindProxy pool;
    Process rendering = pool.render("apple", kShort);
    pool.finishes(rendering);
    CHECK(pool.seen().at("polls") == true);
    CHECK(pool.worker->output().find("trying single calls instead") != std::string::npos);
    CHECK(pool.books.attempts() == 1);
    CHECK(pool.books.broken_promises().empty());
}

TEST_CASE("behind a proxy without streams nothing is lost or doubled by kills and lost answers",
          "[fault]") {
    BehindProxy pool;
    pool.proxy.lose_one_answer_of(5);
    int made = 0;
    for (const char* victim : {"worker", "coordinator", "nobody"}) {
        Process rendering = pool.render(victim, kLong);
        REQUIRE(eventually([&] { return pool.books.running() == 1; }, kPatience));
        pause(700ms);
        if (victim == std::string{"worker"}) {
            pool.worker->kill_now();
            pool.start_worker();
        } else if (victim == std::string{"coordinator"}) {
            pool.coordinator->kill_now();
            pool.restart_coordinator();
        }
        pool.finishes(rendering);
        ++made;
        CHECK(pool.books.done() == made);
    }
    CHECK(pool.books.broken_promises().empty());
}

}  // namespace
}  // namespace gotong::test
