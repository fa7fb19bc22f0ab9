// Model folders on disk: which are found, and that a changed file never reaches a parser. Works on
// copies of the demo model.
#include "worker/models/local_models.h"

#include <catch2/catch_test_macros.hpp>
#include <filesystem>
#include <fstream>

#include "tests/support/ldm_shapes.h"
#include "tests/support/temp_dir.h"
#include "worker/models/verified.h"

namespace gotong::models {
namespace {

namespace fs = std::filesystem;

const fs::path kDemo = fs::path{GOTONG_SOURCE_DIR} / "models/emoji";
const WallTime kNow{std::chrono::hours{500'000}};

struct Folder {
    test::TempDir temp;
    fs::path root = temp / "models";
    LocalModels local{temp / "digests"};

    Folder() { fs::create_directory(root); }

    void copy_demo_as(const std::string& name) const {
        fs::copy(kDemo, root / name, fs::copy_options::recursive);
    }
    std::string only_digest() const {
        REQUIRE(local.all().size() == 1);
        return crypto::to_hex(model::digest(local.all()[0].manifest));
    }
};

void flip_last_byte(const fs::path& path) {
    std::fstream file{path, std::ios::in | std::ios::out | std::ios::binary};
    file.seekg(-1, std::ios::end);
    const int last = file.get();
    file.seekp(-1, std::ios::end);
    file.put(static_cast<char>(last ^ 1));
}

class NeverRuns final : public worker::Executor {
  public:
    Result<worker::Outcome> run(const worker::Job&, const std::stop_token&,
                                const worker::OnProgress&) override {
        FAIL("the renderer was reached");
        return worker::Outcome{};
    }
};

class TellsFolder final : public worker::Executor {
  public:
    explicit TellsFolder(fs::path& folder) : folder_(folder) {}
    Result<worker::Outcome> run(const worker::Job& job, const std::stop_token&,
                                const worker::OnProgress&) override {
        folder_ = job.model_dir;
        return worker::Outcome{};
    }

  private:
    fs::path& folder_;
};

TEST_CASE("every folder below with a model_index.json is a model, and nothing else is") {
    Folder folder;
    folder.copy_demo_as("emoji");
    fs::create_directory(folder.root / "pictures");
    const auto unusable = folder.local.scan(folder.root, kNow);
    REQUIRE(unusable);
    CHECK(unusable->empty());
    REQUIRE(folder.local.all().size() == 1);
    CHECK(folder.local.all()[0].manifest.name == "emoji");
}

TEST_CASE("checkpoints are models, alone in a folder or beside others") {
    Folder folder;
    folder.copy_demo_as("emoji");
    test::write_safetensors(folder.root / "one.safetensors", test::tiny_shapes());
    test::write_safetensors(folder.root / "Two.safetensors", test::tiny_shapes());
    test::write_safetensors(folder.root / "three/any.safetensors", test::tiny_shapes());
    const auto unusable = folder.local.scan(folder.root, kNow);
    REQUIRE(unusable);
    CHECK(unusable->empty());
    std::vector<std::string> names;
    for (const LocalModel& local : folder.local.all()) names.push_back(local.manifest.name);
    CHECK(names == std::vector<std::string>{"two", "emoji", "one", "three"});
    const auto digest = crypto::to_hex(model::digest(folder.local.all()[2].manifest));
    CHECK(folder.local.verify(digest, kNow)->folder == folder.root / "one.safetensors");

    REQUIRE(folder.local.scan(folder.root / "one.safetensors", kNow));
    CHECK(folder.local.all().size() == 1);
}

TEST_CASE("a file that is no checkpoint is told with a sentence") {
    Folder folder;
    test::write_safetensors(folder.root / "style.safetensors", {{"lora_unet_x.alpha", {1}}});
    const auto unusable = folder.local.scan(folder.root, kNow);
    REQUIRE(unusable);
    REQUIRE(unusable->size() == 1);
    CHECK(unusable->front().find("LoRA") != std::string::npos);
}

TEST_CASE("a model's own folder can be named as well") {
    Folder folder;
    folder.copy_demo_as("emoji");
    REQUIRE(folder.local.scan(folder.root / "emoji", kNow));
    CHECK(folder.local.all().size() == 1);
}

TEST_CASE("a folder that is no model is told apart from one that is broken") {
    Folder folder;
    fs::create_directory(folder.root / "broken");
    std::ofstream{folder.root / "broken/model_index.json"} << "{";
    const auto unusable = folder.local.scan(folder.root, kNow);
    REQUIRE(unusable);
    REQUIRE(unusable->size() == 1);
    CHECK(unusable->front().find("broken") != std::string::npos);
    CHECK(folder.local.scan(folder.root / "none", kNow).error().code == ErrorCode::not_found);
}

TEST_CASE("an unchanged model verifies to its folder") {
    Folder folder;
    folder.copy_demo_as("emoji");
    REQUIRE(folder.local.scan(folder.root, kNow));
    const auto verified = folder.local.verify(folder.only_digest(), kNow);
    REQUIRE(verified);
    CHECK(fs::equivalent(verified->folder, folder.root / "emoji"));
    CHECK(model::digest_of(model::files_of(verified->manifest)) ==
          model::digest(verified->manifest));
}

TEST_CASE("one flipped bit in the weights is found, with the file's name, before a parser runs") {
    Folder folder;
    folder.copy_demo_as("emoji");
    REQUIRE(folder.local.scan(folder.root, kNow));
    worker::Job job;
    job.offer.model_digest = folder.only_digest();
    flip_last_byte(folder.root / "emoji/unet/diffusion_pytorch_model.safetensors");

    const SystemClock clock;
    const auto chain = verified(folder.local, clock, std::make_unique<NeverRuns>());
    const auto outcome = chain->run(job, {}, {});
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().code == ErrorCode::data_loss);
    CHECK(outcome.error().message.find("unet/diffusion_pytorch_model.safetensors is ") !=
          std::string::npos);
}

TEST_CASE("a removed file is found before a parser runs") {
    Folder folder;
    folder.copy_demo_as("emoji");
    REQUIRE(folder.local.scan(folder.root, kNow));
    const std::string digest = folder.only_digest();
    fs::remove(folder.root / "emoji/vae/config.json");
    CHECK(folder.local.verify(digest, kNow).error().code == ErrorCode::data_loss);
}

TEST_CASE("the inner executor is told the verified folder") {
    Folder folder;
    folder.copy_demo_as("emoji");
    REQUIRE(folder.local.scan(folder.root, kNow));
    worker::Job job;
    job.offer.model_digest = folder.only_digest();
    const SystemClock clock;
    fs::path told;
    const auto chain = verified(folder.local, clock, std::make_unique<TellsFolder>(told));
    REQUIRE(chain->run(job, {}, {}));
    CHECK(told.is_absolute());
    CHECK(fs::equivalent(told, folder.root / "emoji"));
}

TEST_CASE("a model that is not here is not found") {
    Folder folder;
    CHECK(folder.local.verify(std::string(64, '0'), kNow).error().code == ErrorCode::not_found);
}

}  // namespace
}  // namespace gotong::models
