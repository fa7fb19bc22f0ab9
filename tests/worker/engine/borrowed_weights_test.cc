// On a processor, layers borrow their weights from the model's files until their first call.
#include <catch2/catch_test_macros.hpp>
#include <filesystem>
#include <memory>
#include <optional>

#include "tests/worker/engine/demo_model.h"
#include "worker/engine/layers/to_pack.h"
#include "worker/engine/model.h"
#include "worker/engine/pipeline.h"

namespace gotong::engine {
namespace {

using Precision = DeviceOptions::Precision;

std::unique_ptr<Model> load(const std::filesystem::path& path, Precision precision) {
    auto model = Model::load(path, {.kind = DeviceOptions::Kind::cpu, .precision = precision});
    REQUIRE(model);
    return *std::move(model);
}

Picture paint_small(Model& model) {
    Request request;
    request.prompt = "a red apple";
    request.width = 64;
    request.height = 64;
    request.steps = 1;
    Observer observer;
    auto picture = text_to_image(model, request, observer, {});
    REQUIRE(picture);
    return *std::move(picture);
}

TEST_CASE(
    "a model that was loaded has packed no weight, and one that painted has but its encoder") {
    const std::uint64_t others = bytes_to_pack();
    const auto to_pack = [&] { return bytes_to_pack() - others; };
    auto model = load(test::demo_model(), Precision::fp32);
    if (to_pack() == 0) SKIP("this libtorch does not pack weights");
    const std::uint64_t loaded = to_pack();
    CHECK(loaded > model->info().weight_bytes / 2);
    paint_small(*model);
    CHECK(to_pack() > 0);
    CHECK(to_pack() < loaded / 4);
    model.reset();
    CHECK(to_pack() == 0);
}

TEST_CASE("in half precision all but the autoencoder's weights are copied at once") {
    const std::uint64_t others = bytes_to_pack();
    const auto model = load(test::demo_model(), Precision::bf16);
    CHECK(bytes_to_pack() - others < model->info().weight_bytes / 2);
}

TEST_CASE("a model paints its first picture although its files were removed since it was loaded") {
    std::optional<test::ModelCopy> files(std::in_place);
    const auto model = load(files->path(), Precision::fp32);
    const auto whole = load(test::demo_model(), Precision::fp32);
    files.reset();
    CHECK(paint_small(*model).pixels.rgb == paint_small(*whole).pixels.rgb);
}

}  // namespace
}  // namespace gotong::engine
