// Several jobs in one renderer child, which does what their prompts say (scripted_renderer.cc).
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <filesystem>
#include <future>

#include "tests/support/temp_dir.h"
#include "worker/render_child/renderer.h"

namespace gotong::render_child {
namespace {

using worker::Job;
using Outcome = Result<worker::Outcome>;

Job job_that(const std::string& what, const std::filesystem::path& folder = {}) {
    Job job;
    job.offer.spec.prompt = what;
    job.offer.spec.width = 4;
    job.offer.spec.height = 2;
    job.offer.spec.steps = 2;
    job.patience = std::chrono::seconds{20};
    job.model_dir = folder;
    return job;
}

// A job on a thread of its own, which is known to be in the child when the constructor returns.
class Running {
  public:
    Running(Renderer& renderer, Job job) {
        outcome_ = std::async(std::launch::async, [this, &renderer, job = std::move(job)] {
            return renderer.run(job, stop_.get_token(), [this](const auto&) {
                if (!is_in_.exchange(true)) in_.set_value();
            });
        });
        in_.get_future().wait();
    }
    void stop() { stop_.request_stop(); }
    Outcome outcome() { return outcome_.get(); }

  private:
    std::stop_source stop_;
    std::promise<void> in_;
    std::atomic<bool> is_in_ = false;
    std::future<Outcome> outcome_;
};

Outcome run(Renderer& renderer, const Job& job) {
    return renderer.run(job, {}, [](const worker::RenderProgress&) {});
}

struct Scene {
    test::TempDir folder;
    Renderer renderer{
        {.program = GOTONG_SCRIPTED_RENDERER, .ready_within = std::chrono::seconds{20}}};
};

TEST_CASE("a job is rendered while another is in the child") {
    Scene scene;
    Running held{scene.renderer, job_that("hold")};
    CHECK(run(scene.renderer, job_that("paint")));
    CHECK(run(scene.renderer, job_that("release")));
    CHECK(held.outcome());
}

TEST_CASE("a job that is stopped leaves the others in the child alone") {
    Scene scene;
    Running stopped{scene.renderer, job_that("hold")};
    Running held{scene.renderer, job_that("hold")};
    stopped.stop();
    CHECK(stopped.outcome().error().code == ErrorCode::cancelled);
    CHECK(run(scene.renderer, job_that("release")));
    CHECK(held.outcome());
}

TEST_CASE("a child that dies under several jobs costs each one more try, and blames the one") {
    Scene scene;
    Running innocent{scene.renderer, job_that("hold once", scene.folder.path())};
    const Outcome guilty = run(scene.renderer, job_that("crash"));
    REQUIRE_FALSE(guilty);
    CHECK(guilty.error().message == "the renderer was killed by signal 9");
    CHECK(innocent.outcome());
}

TEST_CASE("a child that breaks the protocol for one job is restarted for all of them") {
    Scene scene;
    Running innocent{scene.renderer, job_that("hold once", scene.folder.path())};
    CHECK(run(scene.renderer, job_that("wrong size")).error().message ==
          "the renderer sent a broken picture and was killed");
    CHECK(innocent.outcome());
}

TEST_CASE("a child that hangs under several jobs is killed by the least patient of them") {
    Scene scene;
    Running innocent{scene.renderer, job_that("hold once", scene.folder.path())};
    Job hanging = job_that("hang");
    hanging.patience = std::chrono::milliseconds{100};
    CHECK(run(scene.renderer, hanging).error().message ==
          "the renderer said nothing for 0 s and was killed");
    CHECK(innocent.outcome());
}

TEST_CASE("a child that dies between two jobs is noticed before the next") {
    Scene scene;
    CHECK(run(scene.renderer, job_that("paint, then end")));
    CHECK(run(scene.renderer, job_that("paint")));
}

}  // namespace
}  // namespace gotong::render_child
