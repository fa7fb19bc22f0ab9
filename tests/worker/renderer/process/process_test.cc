// The real gotong-renderer with the demo model: a picture over the socket, broken frames, a cancel,
// a daemon that dies, and the command line's answers to bad input.
#include "tests/support/process.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

#include "tests/support/temp_dir.h"
#include "tests/worker/renderer/process/child.h"

namespace gotong::renderer {
namespace {

TEST_CASE("the same job twice gives the same picture, and only the first one loads the model") {
    Child child;
    send(child.socket(), demo_command(1, 4));
    send(child.socket(), demo_command(2, 4));
    const auto first = child.answer(1);
    const auto second = child.answer(2);
    REQUIRE(first.has_done());
    REQUIRE(second.has_done());
    CHECK(first.done().picture().rgb().size() == 128 * 128 * 3);
    CHECK(first.done().picture().rgb() == second.done().picture().rgb());
    CHECK(first.done().trajectory_root() == second.done().trajectory_root());
    CHECK(first.done().trajectory_leaves() == 5);
    CHECK(first.done().stage_ms().at("load") > second.done().stage_ms().at("load"));
}

TEST_CASE("a job under way is cancelled between two steps") {
    Child child;
    send(child.socket(), demo_command(1, 900));
    for (auto event = next_event(child.socket()); event.progress().step() == 0;)
        event = next_event(child.socket());
    send(child.socket(), cancel_command(1));
    const auto ended = child.answer(1);
    CHECK(ended.failed().code() == static_cast<std::uint32_t>(ErrorCode::cancelled));
    send(child.socket(), demo_command(2, 1));
    CHECK(child.answer(2).has_done());
}

TEST_CASE("a model that is not there fails the job and not the renderer") {
    Child child;
    auto command = demo_command(1, 1);
    command.mutable_render()->set_model_dir("/nowhere");
    send(child.socket(), command);
    CHECK(child.answer(1).failed().code() == static_cast<std::uint32_t>(ErrorCode::not_found));
    send(child.socket(), demo_command(2, 1));
    CHECK(child.answer(2).has_done());
}

TEST_CASE("the renderer ends when its socket closes, even in the middle of a job") {
    Child child;
    send(child.socket(), demo_command(1, 900));
    while (next_event(child.socket()).progress().step() == 0) continue;
    child.hang_up();
    CHECK(child.exit_code() == 0);
}

TEST_CASE("a broken frame ends the renderer with an error") {
    Child child;
    REQUIRE(FrameWriter{child.socket()}.write("\xff\xff"));
    CHECK(child.exit_code() == 2);
}

TEST_CASE("bad input is told in one sentence and ends with 2") {
    const test::TempDir dir;
    const auto refused = [&](const std::vector<std::string>& more, const char* model = kModel) {
        std::vector<std::string> command{kRenderer,  "render", "--model", model,
                                         "--prompt", "fox",    "--out",   dir / "fox.png"};
        command.insert(command.end(), more.begin(), more.end());
        const auto finished = test::run(command);
        CHECK(finished.status == 2);
        CHECK_FALSE(std::filesystem::exists(dir / "fox.png"));
        return finished.err;
    };
    CHECK(refused({"--sampler", "magic"}).find("dpmpp_2m") != std::string::npos);
    CHECK(refused({"--schedule", "magic"}).find("karras") != std::string::npos);
    CHECK(refused({"--steps", "0"}).find("steps") != std::string::npos);
    CHECK(refused({"--size", "100x128"}).find("width") != std::string::npos);
    CHECK(refused({"--size", "128"}).find("512x512") != std::string::npos);
    CHECK(refused({"--seed", "-1"}).find("seed") != std::string::npos);
    CHECK(refused({"--latents-in", "/nowhere"}).find("/nowhere") != std::string::npos);
    CHECK(refused({"--seed", "18446744073709551616"}).find("seed") != std::string::npos);
    CHECK(refused({}, "/nowhere").find("/nowhere") != std::string::npos);
    CHECK(refused({"--surprise"}).find("surprise") != std::string::npos);
}

TEST_CASE("render writes a picture and says so") {
    const test::TempDir dir;
    const auto finished = test::run({kRenderer, "render", "--model", kModel, "--prompt", "fox",
                                     "--steps", "2", "--threads", "1", "--out", dir / "fox.png"});
    CHECK(finished.status == 0);
    CHECK(finished.out.find("fox.png: 128 x 128, 2 steps") != std::string::npos);
    CHECK(std::filesystem::file_size(dir / "fox.png") > 1000);
}

TEST_CASE("fit-preview prints a matrix with a row for each latent channel, and a bias") {
    const auto finished =
        test::run({kRenderer, "fit-preview", "--model", kModel, "--threads", "1"});
    REQUIRE(finished.status == 0);
    CHECK(finished.out.starts_with(R"({"bias":[)"));
    CHECK(std::count(finished.out.begin(), finished.out.end(), '[') == 1 + 1 + 4);
}

}  // namespace
}  // namespace gotong::renderer
