// The same executor against the real gotong-renderer and the demo model, where the engine is built.
#ifdef GOTONG_REAL_RENDERER
#include <catch2/catch_test_macros.hpp>

#include "worker/render_child/renderer.h"

namespace gotong::render_child {
namespace {

worker::Job demo_job() {
    worker::Job job;
    job.offer.spec = {.model = "emoji",
                      .prompt = "a red apple",
                      .negative_prompt = "",
                      .width = 64,
                      .height = 64,
                      .steps = 4,
                      .guidance = 5.0,
                      .sampler = "euler",
                      .schedule = "normal",
                      .seed = 7,
                      .is_private = false};
    job.patience = std::chrono::minutes{3};
    job.model_dir = std::string{GOTONG_SOURCE_DIR} + "/models/emoji";
    return job;
}

TEST_CASE("the real renderer paints the demo model's picture and can be asked twice") {
    Renderer renderer{{.program = GOTONG_REAL_RENDERER, .threads = 1}};
    std::uint32_t last_step = 0;
    const auto first = renderer.run(demo_job(), {}, [&](const auto& progress) {
        last_step = std::max(last_step, progress.step);
    });
    REQUIRE(first);
    CHECK(first->picture.rgb.size() == std::size_t{3} * 64 * 64);
    CHECK(first->trajectory_leaves == 5);
    CHECK(last_step == 4);
    const auto second = renderer.run(demo_job(), {}, [](const auto&) {});
    REQUIRE(second);
    CHECK(second->picture.rgb == first->picture.rgb);
    CHECK(second->trajectory_root == first->trajectory_root);
}

// Of the least memory in which the job is done; nullopt when it never is.
std::optional<worker::Outcome> outcome_in_least_memory(const worker::Job& job) {
    constexpr std::uint64_t kStep = 128U << 20U;
    constexpr std::uint64_t kMost = 4096ULL << 20U;
    for (std::uint64_t memory = kStep; memory <= kMost; memory += kStep) {
        Renderer renderer{{.program = GOTONG_REAL_RENDERER, .threads = 1, .memory_bytes = memory}};
        if (!renderer.start()) continue;
        auto outcome = renderer.run(job, {}, [](const auto&) {});
        if (outcome) return *std::move(outcome);
    }
    return std::nullopt;
}

TEST_CASE("with little memory the real renderer decodes in tiles, and the outcome says so") {
    worker::Job job = demo_job();
    job.offer.spec.width = 1024;
    job.offer.spec.height = 1024;
    job.offer.spec.steps = 1;
    job.offer.spec.guidance = 1;
    const auto outcome = outcome_in_least_memory(job);
    REQUIRE(outcome);
    CHECK(outcome->notes == std::vector<std::string>{"vae-tiling=16/0.25"});
}

}  // namespace
}  // namespace gotong::render_child
#endif
