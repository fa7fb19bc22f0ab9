// The server over a socket pair, with a scripted painter in the engine's place that paints one
// picture at a time.
#include "worker/renderer/protocol/server.h"

#include <catch2/catch_test_macros.hpp>

#include "tests/worker/renderer/protocol/served.h"
#include "worker/renderer/protocol/commit.h"

namespace gotong::renderer {
namespace {

constexpr auto kCancelled = static_cast<std::uint32_t>(ErrorCode::cancelled);

TEST_CASE("the renderer says what it is before anything else") {
    Served served;
    const auto event = next_event(served.socket());
    REQUIRE(event.has_ready());
    CHECK(event.tag() == 0);
    CHECK(event.ready().engine().starts_with("gotong-engine "));
    CHECK(event.ready().commit() == commit());
    CHECK(event.ready().device() == "cpu");
    CHECK(event.ready().dtype() == "fp32");
    CHECK(event.ready().libtorch() == "2.13.0");
    CHECK(event.ready().memory_bytes() == 1024);
    CHECK(event.ready().batch() == 1);
    CHECK(served.end());
}

TEST_CASE("a job is answered with its phases, its steps and its picture") {
    Served served;
    auto command = render_command(42);
    command.mutable_render()->mutable_preview()->add_matrix(1);
    command.mutable_render()->mutable_preview()->add_matrix(0);
    command.mutable_render()->mutable_preview()->add_matrix(0);
    for (int i = 0; i < 3; ++i) command.mutable_render()->mutable_preview()->add_bias(0);
    served.send(command);
    REQUIRE(next_event(served.socket()).has_ready());
    CHECK(next_event(served.socket()).progress().phase() == v1::RendererEvent::PHASE_LOADING);
    CHECK(next_event(served.socket()).progress().phase() == v1::RendererEvent::PHASE_DENOISING);
    for (std::uint32_t step = 1; step <= 3; ++step) {
        const auto event = next_event(served.socket());
        CHECK(event.tag() == 42);
        CHECK(event.progress().step() == step);
        CHECK(event.progress().steps() == 3);
        CHECK(event.progress().preview().rgb() == std::string("\x80\x00\x00", 3));
    }
    const auto done = next_event(served.socket());
    REQUIRE(done.has_done());
    CHECK(done.done().picture().rgb() == "\x07\x07\x07");
    CHECK(done.done().trajectory_root().size() == 32);
    CHECK(done.done().trajectory_leaves() == 4);
    CHECK(done.done().stage_ms().at("load") == 12);
    CHECK(served.end());
}

TEST_CASE("jobs that come together are done in order") {
    Served served;
    for (std::uint64_t tag = 1; tag <= 5; ++tag) served.send(render_command(tag));
    for (std::uint64_t tag = 1; tag <= 5; ++tag) {
        auto event = next_event(served.socket());
        while (!event.has_done()) event = next_event(served.socket());
        CHECK(event.tag() == tag);
    }
}

TEST_CASE("a job that fails says why, and the next one is done") {
    Served served;
    auto failing = render_command(1);
    failing.mutable_render()->set_prompt("fail");
    served.send(failing);
    served.send(render_command(2));
    const auto failed = served.answer(1);
    CHECK(failed.failed().code() == static_cast<std::uint32_t>(ErrorCode::resource_exhausted));
    CHECK(failed.failed().message() == "not enough memory");
    CHECK(served.answer(2).has_done());
}

TEST_CASE("the job under way and a waiting one can be cancelled") {
    Served served;
    auto endless = render_command(1);
    endless.mutable_render()->set_steps(ScriptedPainter::kEndless);
    served.send(endless);
    served.send(render_command(2));
    served.send(render_command(3));
    served.send(cancel_command(2));
    CHECK(served.answer(2).failed().code() == kCancelled);
    served.send(cancel_command(1));
    CHECK(served.answer(1).failed().code() == kCancelled);
    CHECK(served.answer(3).has_done());
}

TEST_CASE("a cancel that comes too late or for nothing is no error") {
    Served served;
    served.send(cancel_command(99));
    served.send(render_command(1));
    CHECK(served.answer(1).has_done());
    served.send(cancel_command(1));
    served.send(render_command(1));  // The tag is free again.
    CHECK(served.answer(1).has_done());
    CHECK(served.end());
}

TEST_CASE("a job that makes no sense fails alone") {
    Served served;
    auto command = render_command(1);
    command.mutable_render()->set_sampler("magic");
    served.send(command);
    const auto failed = served.answer(1);
    CHECK(failed.failed().code() == static_cast<std::uint32_t>(ErrorCode::invalid_argument));
    CHECK(failed.failed().message().find("dpmpp_2m") != std::string::npos);

    auto wide = render_command(2);
    wide.mutable_render()->set_width(4'000'000'000U);
    served.send(wide);
    CHECK(served.answer(2).failed().message().find("width") != std::string::npos);
    served.send(render_command(3));
    CHECK(served.answer(3).has_done());
}

TEST_CASE("a frame that is no command ends the connection") {
    for (const auto& broken : {std::string("\xff\xff\xff"), std::string()}) {
        Served served;
        REQUIRE(FrameWriter{served.socket()}.write(broken));
        const auto outcome = served.outcome();
        REQUIRE_FALSE(outcome);
        CHECK(outcome.error().code == ErrorCode::invalid_argument);
    }
}

TEST_CASE("two jobs under one tag end the connection") {
    Served served;
    auto endless = render_command(1);
    endless.mutable_render()->set_steps(ScriptedPainter::kEndless);
    served.send(endless);
    served.send(render_command(1));
    CHECK(served.outcome().error().code == ErrorCode::already_exists);
}

TEST_CASE("a daemon that goes away stops the job under way") {
    Served served;
    auto endless = render_command(1);
    endless.mutable_render()->set_steps(ScriptedPainter::kEndless);
    served.send(endless);
    REQUIRE(next_event(served.socket()).has_ready());
    CHECK(served.end());  // And the destructor joins the painter, which only a stop ends.
}

}  // namespace
}  // namespace gotong::renderer
