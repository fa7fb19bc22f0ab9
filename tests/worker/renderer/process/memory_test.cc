// The real gotong-renderer with several models, with little memory, and with too little.
#include <catch2/catch_test_macros.hpp>
#include <filesystem>
#include <string>

#include "tests/support/process.h"
#include "tests/support/temp_dir.h"
#include "tests/worker/renderer/process/child.h"

namespace gotong::renderer {
namespace {

namespace fs = std::filesystem;

// Two models: the demo model and a copy of it.
class TwoModels {
  public:
    TwoModels() { fs::copy(kModel, copy(), fs::copy_options::recursive); }

    std::string copy() const { return folder_ / "copy"; }

    // Each job's picture and what it took to load its model.
    struct Answer {
        std::string rgb;
        double load_ms = 0;
    };
    Answer ask(Child& child, const std::string& model) {
        auto command = demo_command(++tag_, 1);
        command.mutable_render()->set_model_dir(model);
        send(child.socket(), command);
        const auto answer = child.answer(tag_);
        REQUIRE(answer.has_done());
        return {answer.done().picture().rgb(), answer.done().stage_ms().at("load")};
    }

  private:
    test::TempDir folder_;
    std::uint64_t tag_ = 0;
};

TEST_CASE("models that fit into the budget stay loaded, and paint as before") {
    Child child;
    TwoModels models;
    const auto first = models.ask(child, kModel);
    CHECK(models.ask(child, models.copy()).load_ms > 0);
    const auto again = models.ask(child, kModel);
    CHECK(again.load_ms == 0);
    CHECK(again.rgb == first.rgb);
    CHECK(models.ask(child, models.copy()).load_ms == 0);
}

TEST_CASE("without a budget a model makes way for the next one") {
    Child child{{"--model-memory", "0"}};
    TwoModels models;
    const auto first = models.ask(child, kModel);
    CHECK(models.ask(child, kModel).load_ms == 0);
    CHECK(models.ask(child, models.copy()).load_ms > 0);
    const auto again = models.ask(child, kModel);
    CHECK(again.load_ms > 0);
    CHECK(again.rgb == first.rgb);
}

TEST_CASE("a model of which a file has changed is loaded anew") {
    Child child;
    TwoModels models;
    models.ask(child, models.copy());
    const fs::path touched = fs::path(models.copy()) / "unet" / "config.json";
    fs::last_write_time(touched, fs::last_write_time(touched) + std::chrono::seconds{1});
    CHECK(models.ask(child, models.copy()).load_ms > 0);
}

// Renders with so much address space, which the renderer does not look at: it runs out of it.
test::Finished render_within(int mebibytes, const std::vector<std::string>& more) {
    const std::string limit = "ulimit -v " + std::to_string(mebibytes * 1024) + "; exec \"$@\"";
    std::vector<std::string> command{"/bin/sh",    "-c",   limit,       "sh",  kRenderer, "render",
                                     "--model",    kModel, "--prompt",  "fox", "--steps", "1",
                                     "--guidance", "1",    "--threads", "1"};
    command.insert(command.end(), more.begin(), more.end());
    return test::run(command);
}

TEST_CASE("the least memory in which a large picture comes out decodes it in tiles") {
    constexpr int kStep = 64;
    constexpr int kEnough = 4'096;
    const test::TempDir dir;
    const std::string file = dir / "fox.png";
    for (int memory = kStep; memory < kEnough; memory += kStep) {
        const auto finished = render_within(memory, {"--size", "1024x1024", "--out", file});
        if (finished.status != 0) continue;
        INFO(memory << " MiB");
        CHECK(finished.out.find("; vae-tiling=16/0.25\n") != std::string::npos);
        CHECK(fs::file_size(file) > 1000);
        return;
    }
    FAIL("no picture came out");
}

TEST_CASE("a picture for which there cannot be memory is refused at once, with one that fits") {
    const std::string limit = "ulimit -d 1048576; exec \"$@\"";
    const auto finished =
        test::run({"/bin/sh", "-c", limit, "sh", kRenderer, "render", "--model", kModel, "--prompt",
                   "fox", "--size", "8192x4096", "--threads", "1", "--out", "/nowhere/fox.png"});
    CHECK(finished.status == 1);
    INFO(finished.err);
    CHECK(finished.err.find("8192x4096 pixels need ") != std::string::npos);
    CHECK(finished.err.find(" would fit") != std::string::npos);
}

}  // namespace
}  // namespace gotong::renderer
