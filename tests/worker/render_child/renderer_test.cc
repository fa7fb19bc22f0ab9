// The renderer executor against a child that crashes, hangs, lies and breaks the protocol.
#include "worker/render_child/renderer.h"

#include <catch2/catch_test_macros.hpp>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <vector>

#include "common/crypto/sha256.h"
#include "tests/support/temp_dir.h"

namespace gotong::render_child {
namespace {

using worker::Job;

RendererOptions scripted() {
    return {.program = GOTONG_SCRIPTED_RENDERER, .ready_within = std::chrono::seconds{20}};
}

Job job_that(const std::string& what) {
    Job job;
    job.offer.spec.prompt = what;
    job.offer.spec.width = 4;
    job.offer.spec.height = 2;
    job.offer.spec.steps = 2;
    job.patience = std::chrono::seconds{20};
    return job;
}

Result<worker::Outcome> run(Renderer& renderer, const Job& job) {
    return renderer.run(job, {}, [](const worker::RenderProgress&) {});
}

Result<worker::Outcome> run(const std::string& what) {
    Renderer renderer{scripted()};
    return run(renderer, job_that(what));
}

class Mood {
  public:
    explicit Mood(const char* mood) { ::setenv("SCRIPTED_RENDERER", mood, 1); }
    ~Mood() { ::unsetenv("SCRIPTED_RENDERER"); }
    Mood(const Mood&) = delete;
    Mood& operator=(const Mood&) = delete;
};

TEST_CASE("a started renderer tells what it is, and its program's digest is taken") {
    Renderer renderer{scripted()};
    const auto facts = renderer.start();
    REQUIRE(facts);
    CHECK(facts->engine == "scripted 1.2.3");
    CHECK(facts->memory_bytes == 1234);
    CHECK(facts->binary_sha256 == crypto::sha256_file(GOTONG_SCRIPTED_RENDERER).value());
}

TEST_CASE("a picture comes back with its trajectory and the progress before it") {
    Renderer renderer{scripted()};
    std::uint32_t steps_told = 0;
    const auto outcome = renderer.run(job_that("paint"), {},
                                      [&](const auto& progress) { steps_told = progress.step; });
    REQUIRE(outcome);
    CHECK(outcome->picture.rgb.size() == 24);
    CHECK(outcome->trajectory_leaves == 3);
    CHECK(outcome->trajectory_root[0] == 0x11);
    CHECK(outcome->engine.engine == "scripted 1.2.3");
    CHECK(steps_told == 1);
}

TEST_CASE("what the child has loaded is told, and nothing is loaded once it has ended") {
    std::mutex mutex;
    std::vector<std::vector<LoadedModel>> told;
    RendererOptions options = scripted();
    options.on_loaded = [&](const std::vector<LoadedModel>& loaded) {
        const std::lock_guard lock{mutex};
        told.push_back(loaded);
    };
    {
        Renderer renderer{options};
        CHECK(run(renderer, job_that("load")));
        CHECK(run(renderer, job_that("load wrongly")));
    }
    REQUIRE(told.size() == 3);
    REQUIRE(told[0].size() == 1);
    CHECK(told[0][0].folder == "/models/emoji");
    CHECK(told[0][0].load == std::chrono::milliseconds{1'501});
    CHECK(told[1][0].load == std::chrono::milliseconds{0});
    CHECK(told[2].empty());
}

TEST_CASE("the files that a job begins with reach the child, with the strength and its rule") {
    Renderer renderer{scripted()};
    Job job = job_that("tell the original");
    CHECK(run(renderer, job).error().message == "none");
    job.offer.spec.original = Original{.strength = 0.5, .rule = sampling::StrengthRule::diffusers};
    job.original = {.picture = "picture", .mask = "mask"};
    CHECK(run(renderer, job).error().message == "picture mask 0.500000 diffusers");
}

TEST_CASE("a child that crashes once costs the job one more try") {
    const test::TempDir folder;
    Renderer renderer{scripted()};
    Job job = job_that("crash once");
    job.model_dir = folder.path();
    CHECK(run(renderer, job));
}

TEST_CASE("a job that always kills its renderer fails with how it died") {
    const auto outcome = run("crash");
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().code == ErrorCode::internal);
    CHECK(outcome.error().message == "the renderer was killed by signal 9");
}

TEST_CASE("a renderer that exits in the middle of a job fails with its status") {
    CHECK(run("exit").error().message == "the renderer exited with status 7");
}

TEST_CASE("the job after a crash is rendered by a fresh child") {
    Renderer renderer{scripted()};
    REQUIRE_FALSE(run(renderer, job_that("crash")));
    CHECK(run(renderer, job_that("paint")));
}

TEST_CASE("frames that cannot be read, or announce too much, end the child and not the daemon") {
    CHECK(run("garbage").error().message == "the renderer sent an unreadable frame and was killed");
    CHECK(run("huge").error().message.starts_with("the renderer sent a frame of 2147483647 bytes"));
}

TEST_CASE("a picture of another size than asked for is refused") {
    CHECK(run("wrong size").error().message == "the renderer sent a broken picture and was killed");
}

TEST_CASE("what the renderer did to save memory comes back with the picture") {
    const auto outcome = run("tiles");
    REQUIRE(outcome);
    CHECK(outcome->notes == std::vector<std::string>{"vae-tiling=64/0.25"});
    CHECK(run("long notes").error().message ==
          "the renderer sent notes beyond their bounds and was killed");
}

TEST_CASE("a child that says nothing for the job's patience is killed") {
    for (const char* what : {"hang", "half a frame"}) {
        Renderer renderer{scripted()};
        Job job = job_that(what);
        job.patience = std::chrono::milliseconds{100};
        CHECK(run(renderer, job).error().message ==
              "the renderer said nothing for 0 s and was killed");
    }
}

TEST_CASE("a failure that the renderer reports keeps its code and costs no restart") {
    Renderer renderer{scripted()};
    const auto outcome = run(renderer, job_that("out of memory"));
    CHECK(outcome.error().code == ErrorCode::resource_exhausted);
    CHECK(outcome.error().message == "no memory for the picture");
    CHECK(run(renderer, job_that("paint")));
}

TEST_CASE("words about another job are not taken for this one's") { CHECK(run("late words")); }

TEST_CASE("a stop request cancels the job in the child") {
    Renderer renderer{scripted()};
    std::stop_source stop;
    const auto outcome = renderer.run(job_that("cancel me"), stop.get_token(),
                                      [&](const auto&) { stop.request_stop(); });
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().code == ErrorCode::cancelled);
    CHECK(run(renderer, job_that("paint")));
}

TEST_CASE(
    "a child that made quick steps and does not obey a stop request is killed within seconds") {
    Renderer renderer{scripted()};
    std::stop_source stop;
    int told = 0;
    const auto asked = std::chrono::steady_clock::now();
    const auto outcome = renderer.run(job_that("wedge"), stop.get_token(), [&](const auto&) {
        if (++told == 2) stop.request_stop();
    });
    CHECK(outcome.error().message == "the renderer did not stop a job and was killed");
    CHECK(std::chrono::steady_clock::now() - asked < std::chrono::seconds{30});
    CHECK(run(renderer, job_that("paint")));
}

TEST_CASE("a renderer that never gets ready, or ends at once, says so") {
    {
        const Mood mood{"exit at once"};
        Renderer renderer{scripted()};
        CHECK(renderer.start().error().message == "the renderer has gone; it exited with status 5");
    }
    const Mood mood{"never ready"};
    RendererOptions options = scripted();
    options.ready_within = std::chrono::milliseconds{100};
    Renderer renderer{options};
    CHECK(renderer.start().error().message ==
          "the renderer was not ready within 100 ms; it was killed by signal 9");
}

TEST_CASE("a job whose renderer cannot be started is handed back") {
    RendererOptions options = scripted();
    options.program = "/nowhere/gotong-renderer";
    Renderer renderer{options};
    CHECK(run(renderer, job_that("paint")).error().code == ErrorCode::unavailable);
}

}  // namespace
}  // namespace gotong::render_child
