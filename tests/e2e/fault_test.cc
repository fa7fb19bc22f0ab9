// The line between a worker and its pool, spoilt in every way in which lines go wrong. Whatever it
// does, each job ends in exactly one accepted picture, and a render that is under way is not lost
// with its stream.
//
// GOTONG_FAULT_SEED sets the moments at which connections end (default 1), GOTONG_AWAY how many
// seconds the coordinator is away (default 5).
#include <catch2/catch_test_macros.hpp>
#include <cstdlib>
#include <random>

#include "tests/e2e/faulty_pool.h"

namespace gotong::test {
namespace {

using namespace std::chrono_literals;
using Way = FaultProxy::Way;
using End = FaultProxy::End;

constexpr int kShort = 8;              // Steps.
constexpr int kLong = 150;             // Long enough to be caught in its middle.
constexpr auto kPatience = kSoon * 2;  // A line that drips, on a busy machine.
constexpr std::size_t kSpoilt = 3;     // Connections that end by themselves; later ones are good.
constexpr std::size_t kMostBytes = 12'000;  // Of such a one: a Welcome and a picture have as many.

unsigned number_from(const char* variable, unsigned otherwise) {
    const char* text = std::getenv(variable);
    return text == nullptr ? otherwise : static_cast<unsigned>(std::atoi(text));
}

// Every connection from now on ends somewhere, and the ones that are open end now.
void end_at_seeded_moments(Lines& lines, End how) {
    auto random = std::make_shared<std::mt19937>(number_from("GOTONG_FAULT_SEED", 1));
    for (FaultProxy* line : {&lines.grpc, &lines.web}) {
        const std::size_t last = line->connections() + kSpoilt;
        line->end_after([=](std::size_t connection) -> FaultProxy::Fate {
            if (connection >= last) return {};
            return {.bytes = 200 + (*random)() % kMostBytes, .end = how};
        });
        line->end_all(how);
    }
}

void set_both(Lines& lines, const FaultProxy::Fault& fault) {
    lines.set(Way::up, fault);
    lines.set(Way::down, fault);
}

struct BadLine {
    const char* name;
    void (*spoil)(Lines& lines);
};

constexpr BadLine kBadLines[] = {
    {"delays", [](Lines& lines) { set_both(lines, {.delay = 200ms}); }},
    {"delays one way", [](Lines& lines) { lines.set(Way::up, {.delay = 300ms}); }},
    {"drips", [](Lines& lines) { set_both(lines, {.bytes_per_second = 20'000}); }},
    {"is cut again and again", [](Lines& lines) { end_at_seeded_moments(lines, End::cut); }},
    {"is reset again and again", [](Lines& lines) { end_at_seeded_moments(lines, End::reset); }},
};

TEST_CASE("a worker behind a line that delays, drips or breaks finishes its job, exactly once",
          "[fault]") {
    FaultyPool pool;
    int number = 0;
    for (const BadLine& line : kBadLines) {
        const std::string name = "picture-" + std::to_string(++number);
        line.spoil(pool);
        Process rendering = pool.render(name, kShort);
        const auto status = rendering.wait(kPatience);
        INFO("a line that " << line.name << "\n" << rendering.output() << pool.worker->output());
        CHECK(status == 0);
        pool.heal();
        CHECK(pool.verifies(name));
    }
    CHECK(pool.books.broken_promises().empty());
    CHECK(pool.books.done() == number);
}

TEST_CASE("a stream that is cut in the middle of a render is resumed with its lease", "[fault]") {
    FaultyPool pool;
    Process rendering = pool.render("apple", kLong);
    REQUIRE(eventually([&] { return pool.step_of_newest() > 0; }, kSoon));
    pool.grpc.end_all(End::cut);
    pause(1500ms);  // It comes back within a second, while it renders.
    pool.grpc.end_all(End::reset);
    const auto status = rendering.wait(kPatience);
    INFO(rendering.output() << pool.worker->output() << pool.books.history());
    CHECK(status == 0);
    CHECK(pool.books.attempts() == 1);
    CHECK(pool.books.broken_promises().empty());
    CHECK(pool.verifies("apple"));
}

struct DeadLine {
    const char* name;
    std::vector<Way> ways;
};

TEST_CASE("a link that is half open is noticed, and its jobs end in one picture each", "[fault]") {
    FaultyPool pool;
    const std::vector<DeadLine> dead{
        {"up", {Way::up}}, {"down", {Way::down}}, {"both", {Way::up, Way::down}}};
    for (const DeadLine& line : dead) {
        Process rendering = pool.render(line.name, kLong);
        REQUIRE(eventually([&] { return pool.books.running() == 1; }, kSoon));
        for (const Way way : line.ways) pool.grpc.lose(way);
        pause(500ms);
        pool.heal();  // For later connections: this one has lost what it lost.
        const auto status = rendering.wait(kPatience);
        INFO("no bytes " << line.name << "\n"
                         << rendering.output() << pool.worker->output() << pool.books.history());
        CHECK(status == 0);
        CHECK(pool.verifies(line.name));
    }
    CHECK(pool.books.broken_promises().empty());
}

TEST_CASE("a result that was sent into a half open link arrives after all", "[fault]") {
    FaultyPool pool;
    pool.web.hold(Way::up);  // Until the stream is dead, so that the result finds it so.
    Process rendering = pool.render("apple", kShort);
    REQUIRE(eventually([&] { return pool.web.waiting(Way::up) > 0; }, kSoon));
    pool.grpc.lose(Way::up);
    pool.web.heal();
    pause(500ms);
    pool.heal();
    const auto status = rendering.wait(kPatience);
    INFO(rendering.output() << pool.worker->output() << pool.books.history());
    CHECK(status == 0);
    CHECK(pool.books.broken_promises().empty());
    CHECK(pool.verifies("apple"));
    CHECK(eventually([&] { return !pool.keeps_a_picture(); }, kSoon));
}

TEST_CASE("an answer that never arrived is asked for again: the picture is paid for once",
          "[fault]") {
    FaultyPool pool;
    pool.web.hold(Way::up);
    Process rendering = pool.render("apple", kShort);
    REQUIRE(eventually([&] { return pool.web.waiting(Way::up) > 0; }, kSoon));
    pool.grpc.lose(Way::down);  // The ack is lost, and with it the worker's only word of it.
    pool.web.heal();
    CHECK(rendering.wait(kPatience) == 0);
    CHECK(pool.keeps_a_picture());
    pool.heal();
    INFO(pool.worker->output() << pool.books.history());
    CHECK(eventually([&] { return !pool.keeps_a_picture(); }, kSoon));
    CHECK(pool.books.broken_promises().empty());
}

TEST_CASE("a coordinator that was away loses no render: the worker finishes it and brings it",
          "[fault]") {
    const std::chrono::seconds away{number_from("GOTONG_AWAY", 5)};
    FaultyPool pool;
    Process rendering = pool.render("apple", kLong);
    REQUIRE(eventually([&] { return pool.step_of_newest() > 0; }, kSoon));
    pool.coordinator->kill_now();
    const auto back = std::chrono::steady_clock::now() + away;
    CHECK(eventually([&] { return pool.keeps_a_picture(); }, kPatience));
    std::this_thread::sleep_until(back);
    pool.restart_coordinator();
    const auto status = rendering.wait(kPatience);
    INFO(rendering.output() << pool.worker->output() << pool.books.history());
    CHECK(status == 0);
    CHECK(pool.books.attempts() == 1);
    CHECK(pool.books.broken_promises().empty());
    CHECK(pool.verifies("apple"));
}

}  // namespace
}  // namespace gotong::test
