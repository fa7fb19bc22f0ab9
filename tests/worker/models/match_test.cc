// Which local models a pool's catalogue allows, and what the contributor is told about the others.
#include "worker/models/match.h"

#include <catch2/catch_test_macros.hpp>

namespace gotong::models {
namespace {

model::ModelManifest manifest(const std::string& name, std::uint8_t weights) {
    Digest digest{};
    digest.fill(weights);
    model::ModelManifest made;
    made.name = name;
    made.files = {{.path = "model_index.json", .size = 1, .sha256 = {}},
                  {.path = "unet/weights.safetensors", .size = 9, .sha256 = digest}};
    return made;
}

LocalModel local(const std::string& name, std::uint8_t weights) {
    return {.folder = "/models/" + name, .manifest = manifest(name, weights)};
}

PoolModel pool(const std::string& name, std::uint8_t weights) {
    return {.manifest = manifest(name, weights), .preview = {.matrix = {1, 2, 3}, .bias = {}}};
}

TEST_CASE("a model with the pool's files is usable, under the pool's name and preview map") {
    const std::vector locals{local("my-copy", 1)};
    const std::vector pools{pool("emoji", 1)};
    const Match match = match_models(locals, pools);
    REQUIRE(match.usable.size() == 1);
    CHECK(match.usable[0].name == "emoji");
    CHECK(match.usable[0].digest == crypto::to_hex(model::digest(pools[0].manifest)));
    CHECK(match.usable[0].preview.matrix == std::vector<float>{1, 2, 3});
    CHECK(match.warnings.empty());
}

TEST_CASE("a namesake with other weights is named with its file, both digests and a way out") {
    const std::vector locals{local("emoji", 0x11)};
    const std::vector pools{pool("emoji", 0x22)};
    const Match match = match_models(locals, pools);
    CHECK(match.usable.empty());
    REQUIRE(match.warnings.size() == 1);
    for (const char* part : {"model emoji: unet/weights.safetensors is 1111111111111111..",
                             "expected 2222222222222222..", "/models/emoji"})
        CHECK(match.warnings[0].find(part) != std::string::npos);
}

TEST_CASE("models that only one side has need no words") {
    const std::vector locals{local("mine", 1)};
    const std::vector pools{pool("theirs", 2)};
    const Match match = match_models(locals, pools);
    CHECK(match.usable.empty());
    CHECK(match.warnings.empty());
}

}  // namespace
}  // namespace gotong::models
