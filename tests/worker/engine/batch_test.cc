// Pictures that share the denoiser's calls: each must come out as the one made alone, whoever else
// comes, goes or fails meanwhile.
#include "worker/engine/batch.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <map>

#include "tests/worker/engine/demo_model.h"
#include "worker/engine/pipeline.h"

namespace gotong::engine {
namespace {

Model& model() {
    static const auto loaded =
        Model::load(test::demo_model(), {.kind = DeviceOptions::Kind::cpu, .threads = 1});
    REQUIRE(loaded);
    return **loaded;
}

Request request(const std::string& prompt, std::uint64_t seed, int steps, double guidance,
                SamplerKind sampler) {
    Request request;
    request.prompt = prompt;
    request.negative_prompt = "blue";
    request.width = 64;
    request.height = 32;
    request.steps = steps;
    request.guidance = guidance;
    request.sampler = sampler;
    request.seed = seed;
    return request;
}

// Keeps the latents and the picture, and asks for a stop after a step of the test's choice.
class Witness : public Observer {
  public:
    std::vector<std::vector<float>> latents;
    std::vector<float> image;
    std::stop_source stop;
    int stop_after_step = -1;

    void on_latent(const StepView& view) override {
        latents.emplace_back(view.latent.values.begin(), view.latent.values.end());
        if (view.step == stop_after_step) stop.request_stop();
    }
    void on_image(const TensorView& view) override {
        image.assign(view.values.begin(), view.values.end());
    }
};

const std::vector<Request>& four() {
    static const std::vector<Request> requests{
        request("a red apple", 7, 4, 4, SamplerKind::euler),
        request("a fox", 8, 4, 1, SamplerKind::dpmpp_2m),       // One row.
        request("the moon", 9, 3, 3, SamplerKind::heun),        // Two calls a step.
        request("a cat", 10, 6, 3, SamplerKind::dpmpp_2m_sde),  // Noise at every step.
    };
    return requests;
}

Witness alone(const Request& request) {
    Witness witness;
    REQUIRE(text_to_image(model(), request, witness, {}));
    return witness;
}

// Relative to the largest value.
float tolerance() { return Batch{model()}.is_exact() ? 0.0F : 1e-4F; }

void check_same(const std::vector<float>& ours, const std::vector<float>& reference) {
    REQUIRE(ours.size() == reference.size());
    float difference = 0;
    float largest = 1;
    for (std::size_t i = 0; i < ours.size(); ++i) {
        difference = std::max(difference, std::abs(ours[i] - reference[i]));
        largest = std::max(largest, std::abs(reference[i]));
    }
    CHECK(difference <= tolerance() * largest);
}

void check_same(const Witness& ours, const Witness& reference) {
    REQUIRE(ours.latents.size() == reference.latents.size());
    for (std::size_t step = 0; step < ours.latents.size(); ++step) {
        INFO("step " << step);
        check_same(ours.latents[step], reference.latents[step]);
    }
    check_same(ours.image, reference.image);
}

// Steps until nobody is in; what became of each.
std::map<Batch::Ticket, Result<Picture>> run(Batch& batch) {
    std::map<Batch::Ticket, Result<Picture>> pictures;
    while (batch.size() > 0)
        for (Batch::Ended& ended : batch.step())
            pictures.emplace(ended.ticket, std::move(ended.picture));
    return pictures;
}

TEST_CASE("each picture of a batch is the one made alone") {
    Batch batch{model()};
    std::vector<Witness> witnesses(four().size());
    for (std::size_t i = 0; i < four().size(); ++i)
        REQUIRE(batch.join(i, {four()[i], &witnesses[i]}));
    const auto pictures = run(batch);
    REQUIRE(pictures.size() == four().size());
    for (std::size_t i = 0; i < four().size(); ++i) {
        INFO(four()[i].prompt);
        REQUIRE(pictures.at(i));
        CHECK(pictures.at(i)->trajectory_leaves == static_cast<std::uint32_t>(four()[i].steps) + 1);
        check_same(witnesses[i], alone(four()[i]));
    }
}

// The threads are libtorch's own, one setting a process; the other tests want one.
struct SeveralThreads {
    SeveralThreads() { set_threads(2); }
    ~SeveralThreads() { set_threads(1); }
    static void set_threads(int count) {
        REQUIRE(describe_device({.kind = DeviceOptions::Kind::cpu, .threads = count}));
    }
};

TEST_CASE("on several threads each picture of a batch is the one made alone, up to rounding") {
    (void)model();  // Loading it sets the threads, too.
    const SeveralThreads threads;
    Batch batch{model()};
    CHECK_FALSE(batch.is_exact());
    std::vector<Witness> witnesses(four().size());
    for (std::size_t i = 0; i < four().size(); ++i)
        REQUIRE(batch.join(i, {four()[i], &witnesses[i]}));
    REQUIRE(run(batch).size() == four().size());
    for (std::size_t i = 0; i < four().size(); ++i) check_same(witnesses[i], alone(four()[i]));
}

TEST_CASE("a picture that is stopped leaves the others as they are") {
    Batch batch{model()};
    std::vector<Witness> witnesses(2);
    witnesses[0].stop_after_step = 2;
    for (std::size_t i = 0; i < 2; ++i)
        REQUIRE(batch.join(i, {four()[i], &witnesses[i], witnesses[i].stop.get_token()}));
    const auto pictures = run(batch);
    REQUIRE_FALSE(pictures.at(0));
    CHECK(pictures.at(0).error().code == ErrorCode::cancelled);
    CHECK(witnesses[0].latents.size() == 3);
    REQUIRE(pictures.at(1));
    check_same(witnesses[1], alone(four()[1]));
}

TEST_CASE("a picture that joins a batch under way begins at its own first step") {
    Batch batch{model()};
    std::vector<Witness> witnesses(2);
    REQUIRE(batch.join(3, {four()[3], &witnesses[0]}));
    CHECK(batch.step().empty());
    CHECK(batch.step().empty());
    REQUIRE(batch.join(0, {four()[0], &witnesses[1]}));
    const auto pictures = run(batch);
    REQUIRE(pictures.at(3));
    REQUIRE(pictures.at(0));
    check_same(witnesses[0], alone(four()[3]));
    check_same(witnesses[1], alone(four()[0]));
}

TEST_CASE("a picture of another size, or one that cannot be made, does not join") {
    Batch batch{model()};
    std::vector<Witness> witnesses(3);
    REQUIRE(batch.join(0, {four()[0], &witnesses[0]}));
    Request wide = four()[1];
    wide.width = 128;
    CHECK_FALSE(batch.takes(wide));
    CHECK_FALSE(batch.join(1, {wide, &witnesses[1]}));
    Request endless = four()[1];
    endless.steps = 100'000;
    const auto refused = batch.join(2, {endless, &witnesses[2]});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().field == "steps");
    CHECK(batch.size() == 1);
    CHECK(run(batch).at(0));
}

}  // namespace
}  // namespace gotong::engine
