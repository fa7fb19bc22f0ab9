// What families add to a picture's way (a second text encoder, an added embedding, a guidance scale
// that the denoiser is told, channels beside the latent) is each picture's own when several share
// the denoiser's calls. That the numbers are right is tests/parity's affair.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cmath>

#include "tests/worker/engine/relatives.h"
#include "worker/engine/batch.h"
#include "worker/engine/pipeline.h"

namespace gotong::engine {
namespace {

// The demo model made another family's.
std::unique_ptr<Model> relative(void (*change)(const test::ModelCopy&)) {
    const test::ModelCopy copy;
    change(copy);
    auto loaded = Model::load(copy.path(), {.kind = DeviceOptions::Kind::cpu});
    if (!loaded) FAIL(loaded.error().message);
    return *std::move(loaded);
}

struct Wanted {
    std::string prompt;
    std::string negative;
    double guidance = 0;
    std::optional<Latent> beside{};
};

Order order(const Wanted& wanted, Observer& observer) {
    Request request;
    request.prompt = wanted.prompt;
    request.negative_prompt = wanted.negative;
    request.width = 64;
    request.height = 32;
    request.steps = 3;
    request.guidance = wanted.guidance;
    request.sampler = SamplerKind::euler;
    request.seed = 7;
    return {.request = request, .observer = &observer, .beside = wanted.beside};
}

// Keeps the last latent, and which texts were read.
class Witness : public Observer {
  public:
    std::vector<float> latent;
    std::vector<float> sizes;
    bool read_negative = false;
    bool has_negative = false;

    void on_conditioning(const Conditioning& seen) override {
        read_negative = !seen.negative.ids.empty();
        has_negative = !seen.negative.embeds.values.empty();
        sizes.assign(seen.sizes.values.begin(), seen.sizes.values.end());
    }
    void on_latent(const StepView& view) override {
        latent.assign(view.latent.values.begin(), view.latent.values.end());
    }
};

float difference(const Witness& a, const Witness& b) {
    REQUIRE(a.latent.size() == b.latent.size());
    float difference = 0;
    for (std::size_t i = 0; i < a.latent.size(); ++i)
        difference = std::max(difference, std::abs(a.latent[i] - b.latent[i]));
    return difference;
}

Witness alone(Model& model, const Wanted& wanted) {
    Witness witness;
    const auto picture = paint(model, order(wanted, witness));
    if (!picture) FAIL(picture.error().message);
    return witness;
}

// Latents are about 10 at most.
constexpr float kRounding = 1e-3F;
constexpr float kAnotherPicture = 1e-2F;

// All of them start from the same noise, so that they differ by what they are told alone.
void check_batch(Model& model, const std::vector<Wanted>& pictures) {
    Batch batch{model};
    std::vector<Witness> together(pictures.size());
    for (std::size_t i = 0; i < pictures.size(); ++i)
        REQUIRE(batch.join(i, order(pictures[i], together[i])));
    while (batch.size() > 0) batch.step();
    std::vector<Witness> apart;
    for (const Wanted& wanted : pictures) apart.push_back(alone(model, wanted));
    for (std::size_t i = 0; i < pictures.size(); ++i) {
        INFO("picture " << i);
        CHECK(difference(together[i], apart[i]) <= kRounding);
        for (std::size_t j = 0; j < i; ++j)
            CHECK(difference(together[i], together[j]) >= kAnotherPicture);
    }
}

Latent beside(float value) {
    return {std::vector<float>(std::size_t{5} * 4 * 8, value), {1, 5, 4, 8}};
}

TEST_CASE("pictures of an XL model keep their texts and sizes to themselves") {
    const auto model = relative(test::make_xl);
    check_batch(*model, {{"a red apple", "blue", 4}, {"a fox", "", 4}, {"the moon", "", 1}});
}

TEST_CASE("an XL model hears the sizes, and takes an empty negative prompt for zeros") {
    const auto model = relative(test::make_xl);
    const Witness read = alone(*model, {"a fox", "blue", 4});
    CHECK(read.read_negative);
    CHECK(read.sizes == std::vector<float>{32, 64, 0, 0, 32, 64});
    const Witness zeros = alone(*model, {"a fox", "", 4});
    CHECK_FALSE(zeros.read_negative);
    CHECK(zeros.has_negative);
}

TEST_CASE("pictures of a model that is told the guidance scale keep theirs to themselves") {
    const auto model = relative(test::tell_guidance);
    CHECK(model->info().is_told_guidance);
    check_batch(*model, {{"a fox", "", 2}, {"a fox", "", 8}, {"a fox", "", 1}});
}

TEST_CASE("a model that is told the guidance scale reads no negative prompt") {
    const auto model = relative(test::tell_guidance);
    const Witness witness = alone(*model, {"a fox", "blue", 8});
    CHECK_FALSE(witness.has_negative);
    CHECK(difference(witness, alone(*model, {"a fox", "red", 8})) == 0);
}

TEST_CASE("pictures of an inpainting model see their own channels beside the latent") {
    const auto model = relative(test::make_inpainting);
    CHECK(model->info().extra_channels == 5);
    check_batch(*model, {{"a fox", "", 4, beside(0)}, {"a fox", "", 4, beside(2)}});
}

TEST_CASE("an inpainting model without a picture to paint into refuses by field") {
    const auto model = relative(test::make_inpainting);
    Witness witness;
    const auto refused = paint(*model, order({"a fox", "", 4}, witness));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::invalid_argument);
    CHECK(refused.error().field == "original");
}

}  // namespace
}  // namespace gotong::engine
