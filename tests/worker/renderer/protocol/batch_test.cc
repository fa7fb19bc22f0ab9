// Who shares the painter's calls with whom, over the server's socket, and what becomes of the
// others when one of them fails, is cancelled or is one too many. The painter waits for the test
// before each step, so that every job is where the test wants it.
#include <catch2/catch_test_macros.hpp>

#include "tests/worker/renderer/protocol/served.h"

namespace gotong::renderer {
namespace {

using Tags = ScriptedPainter::Tags;
using Steps = std::vector<Tags>;

v1::RendererCommand job(std::uint64_t tag, std::uint32_t steps, std::uint32_t width = 64) {
    auto command = render_command(tag);
    command.mutable_render()->set_steps(steps);
    command.mutable_render()->set_width(width);
    return command;
}

// Renders a job of another size meanwhile, so that those sent before the first let_step() are all
// waiting when a batch can begin.
struct Held : Served {
    explicit Held(std::size_t batch) : Served(batch) {
        painter.hold();
        send(job(kFirst, 1, 512));
        painter.wait_for_step();
    }
    // The steps after that of kFirst, once all of `tags` have been answered with a picture.
    Steps steps_until_done(std::initializer_list<std::uint64_t> tags) {
        painter.let_go();
        for (const std::uint64_t tag : tags) CHECK(answer(tag).has_done());
        Steps steps = painter.steps();
        CHECK(steps.front() == Tags{kFirst});
        steps.erase(steps.begin());
        return steps;
    }
    static constexpr std::uint64_t kFirst = 99;
};

TEST_CASE("jobs of one model and size that wait are painted together") {
    Held served{4};
    served.send(job(1, 2));
    served.send(job(2, 3));
    served.settle();
    CHECK(served.steps_until_done({1, 2}) == Steps{{1, 2}, {1, 2}, {2}});
}

TEST_CASE("no more are painted together than the limit; the next joins when one is done") {
    Held served{2};
    served.send(job(1, 2));
    served.send(job(2, 1));
    served.send(job(3, 1));
    served.settle();
    CHECK(served.steps_until_done({2, 1, 3}) == Steps{{1, 2}, {1, 3}});
}

TEST_CASE("a job that arrives while a batch is under way joins it with its own first step") {
    Held served{4};
    served.send(job(1, 3));
    served.settle();
    served.painter.let_step();
    CHECK(served.answer(Held::kFirst).has_done());
    served.painter.wait_for_step();
    served.send(job(2, 2));
    served.settle();
    served.painter.let_step();
    CHECK(served.steps_until_done({1, 2}) == Steps{{1}, {1, 2}, {1, 2}});
}

TEST_CASE("jobs of another size or model wait for their turn, and hold up later joins") {
    Held served{2};
    served.send(job(1, 2));
    served.send(job(2, 1, 128));
    served.send(job(3, 1));  // Waits when the batch of 1 begins: joins past 2.
    served.send(job(4, 1));  // Would fit when 3 is done, but it is the turn of 2.
    auto other_model = job(5, 1);
    other_model.mutable_render()->set_model_dir("/models/other");
    served.send(other_model);
    served.settle();
    CHECK(served.steps_until_done({3, 1, 2, 4, 5}) == Steps{{1, 3}, {1}, {2}, {4}, {5}});
}

TEST_CASE("one that is cancelled or breaks leaves the others as they are") {
    Held served{4};
    auto endless = job(1, ScriptedPainter::kEndless);
    auto breaking = job(2, 5);
    breaking.mutable_render()->set_prompt("break");
    auto failing = job(3, 5);
    failing.mutable_render()->set_prompt("fail");
    for (const auto& command : {endless, breaking, failing, job(4, 4)}) served.send(command);
    served.settle();
    served.painter.let_step();
    CHECK(served.answer(Held::kFirst).has_done());
    served.painter.let_step();
    served.send(cancel_command(1));
    served.settle();
    served.painter.let_go();
    CHECK(served.answer(1).failed().code() == static_cast<std::uint32_t>(ErrorCode::cancelled));
    CHECK(served.answer(2).failed().message() == "broken");
    CHECK(served.answer(4).done().trajectory_leaves() == 5);
    // It might only have lacked what the others took, so it was tried once more.
    CHECK(served.answer(3).failed().message() == "not enough memory");
}

TEST_CASE("pictures that lack memory together are begun again one at a time, then fewer share") {
    Held served{4};
    served.painter.has_room_for(2);
    for (std::uint64_t tag = 1; tag <= 4; ++tag) served.send(job(tag, 2));
    served.settle();
    const Steps steps = served.steps_until_done({1, 2, 3, 4});
    CHECK(steps == Steps{{1, 2, 3, 4}, {1}, {1}, {2}, {2}, {3}, {3}, {4}, {4}});
    served.send(job(6, 900));
    for (const std::uint64_t tag : {7U, 8U}) served.send(job(tag, 900));
    for (const std::uint64_t tag : {6U, 7U, 8U}) CHECK(served.answer(tag).has_done());
    for (const Tags& together : served.painter.steps())
        if (together.contains(6) || together.contains(8)) CHECK(together.size() <= 2);
}

TEST_CASE("a picture that lacks memory alone fails, and the next one is painted") {
    Held served{4};
    served.painter.has_room_for(0);
    for (const std::uint64_t tag : {1U, 2U}) served.send(job(tag, 2));
    served.settle();
    served.painter.let_go();
    for (const std::uint64_t tag : {1U, 2U}) {
        CHECK(served.answer(tag).failed().code() ==
              static_cast<std::uint32_t>(ErrorCode::resource_exhausted));
    }
    CHECK(served.painter.steps() == Steps{{Held::kFirst}, {1, 2}, {1}, {2}});
}

TEST_CASE("a daemon that goes away stops all jobs under way") {
    Held served{4};
    for (const std::uint64_t tag : {1U, 2U}) served.send(job(tag, ScriptedPainter::kEndless));
    served.settle();
    served.painter.let_go();
    CHECK(served.end());  // And the destructor joins the painting thread, which only stops end.
}

}  // namespace
}  // namespace gotong::renderer
