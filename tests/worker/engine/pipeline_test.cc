// The pipeline around the modules: what it tells its observer, when it stops, what it refuses, and
// that the same request gives the same picture. What it computes is compared in tests/parity.
#include "worker/engine/pipeline.h"

#include <sys/resource.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cmath>
#include <limits>
#include <memory>
#include <new>
#include <utility>

#include "tests/worker/engine/demo_model.h"

namespace gotong::engine {
namespace {

using Catch::Matchers::ContainsSubstring;

// Loaded once: the tests only render with it.
Model& model() {
    static const auto loaded = Model::load(test::demo_model(), {.kind = DeviceOptions::Kind::cpu});
    REQUIRE(loaded);
    return **loaded;
}

Request apple() {
    Request request;
    request.prompt = "a red apple";
    request.width = 64;
    request.height = 32;
    request.steps = 3;
    request.guidance = 4;
    request.sampler = SamplerKind::euler_a;
    request.seed = 7;
    return request;
}

// Writes down what it is told, and asks for a stop after a step or phase of the test's choice.
class Witness : public Observer {
  public:
    std::vector<Phase> phases;
    std::vector<int> steps;
    std::vector<std::vector<float>> latents;
    std::vector<std::int64_t> output_shape;
    std::stop_source stop;
    int stop_after_step = -1;

    void on_phase(Phase phase) override { phases.push_back(phase); }
    bool wants_model_output(int step) const override { return step == 2; }
    void on_model_output(int step, const TensorView& output) override {
        CHECK(step == 2);
        output_shape.assign(output.shape.begin(), output.shape.end());
    }
    void on_latent(const StepView& view) override {
        CHECK(view.steps == 3);
        steps.push_back(view.step);
        latents.emplace_back(view.latent.values.begin(), view.latent.values.end());
        if (view.step == stop_after_step) stop.request_stop();
    }
};

Result<Picture> render(const Request& request, Witness& witness,
                       const std::optional<Latent>& start = {}) {
    return text_to_image(model(), request, witness, witness.stop.get_token(), start);
}

TEST_CASE("a picture comes with every phase, every step and a leaf for each latent") {
    Witness witness;
    const auto picture = render(apple(), witness);
    REQUIRE(picture);
    CHECK(picture->pixels.width == 64);
    CHECK(picture->pixels.height == 32);
    CHECK(picture->pixels.rgb.size() == 64 * 32 * 3);
    CHECK(witness.phases == std::vector{Phase::encoding, Phase::denoising, Phase::decoding});
    CHECK(witness.steps == std::vector{0, 1, 2, 3});
    CHECK(witness.output_shape == std::vector<std::int64_t>{2, 4, 4, 8});
    CHECK(picture->trajectory_leaves == 4);
}

TEST_CASE("the same request gives the same picture, another seed another one") {
    Witness first, second, third;
    Request request = apple();
    const auto one = render(request, first);
    const auto two = render(request, second);
    request.seed = 8;
    const auto other = render(request, third);
    REQUIRE((one && two && other));
    CHECK(one->pixels.rgb == two->pixels.rgb);
    CHECK(one->trajectory_root == two->trajectory_root);
    CHECK(one->trajectory_root != other->trajectory_root);
}

TEST_CASE("a start latent takes the place of the seed's") {
    Witness seeded, given;
    Request request = apple();
    request.sampler = SamplerKind::ddim;
    const auto one = render(request, seeded);
    REQUIRE(one);
    request.seed = 99;
    const auto two = render(request, given, Latent{seeded.latents[0], {1, 4, 4, 8}});
    REQUIRE(two);
    CHECK(one->pixels.rgb == two->pixels.rgb);
}

TEST_CASE("a stop between steps is noticed before the next one") {
    Witness witness;
    witness.stop_after_step = 1;
    const auto picture = render(apple(), witness);
    REQUIRE_FALSE(picture);
    CHECK(picture.error().code == ErrorCode::cancelled);
    CHECK(witness.steps == std::vector{0, 1});
}

TEST_CASE("a stop after the last step is noticed before the decoder") {
    Witness witness;
    witness.stop_after_step = 3;
    CHECK(render(apple(), witness).error().code == ErrorCode::cancelled);
    CHECK(witness.phases.back() == Phase::denoising);
}

TEST_CASE("a latent that stops being finite says at which step") {
    Witness witness;
    std::vector<float> values(4 * 4 * 8, 0.0F);
    values[5] = std::numeric_limits<float>::quiet_NaN();
    const auto picture = render(apple(), witness, Latent{values, {1, 4, 4, 8}});
    REQUIRE_FALSE(picture);
    CHECK(picture.error().code == ErrorCode::internal);
    CHECK_THAT(picture.error().message, ContainsSubstring("after step 1 of 3"));
}

TEST_CASE("a latent that decodes to no picture is an error") {
    const auto pixels =
        decode(model(), Latent{std::vector<float>(4 * 4 * 4, std::nanf("")), {1, 4, 4, 4}});
    REQUIRE_FALSE(pixels);
    CHECK(pixels.error().code == ErrorCode::internal);
}

// While it lives, the process may take only so many bytes more than it does now, and what earlier
// tests left free in the heap is taken. RLIMIT_AS is not foreseen by the engine, so it is met in
// the middle of a call; it counts what the heap reserves for each thread, too, so where it is met
// depends on the machine. RLIMIT_DATA counts what is in use, the same everywhere.
class MemoryLimit {
  public:
    MemoryLimit(decltype(RLIMIT_AS) kind, std::size_t more) : kind_(kind) {
        ::getrlimit(kind_, &before_);
        limit(0);
        for (std::size_t size = 64U << 20U; size >= 1U << 20U; size /= 4)
            while (auto* block = new (std::nothrow) char[size]) taken_.emplace_back(block);
        limit(more);
    }
    ~MemoryLimit() { ::setrlimit(kind_, &before_); }
    MemoryLimit(const MemoryLimit&) = delete;
    MemoryLimit& operator=(const MemoryLimit&) = delete;

  private:
    void limit(std::size_t more) const {
        rlimit now = before_;
        now.rlim_cur = pages() * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)) + more;
        ::setrlimit(kind_, &now);
    }

    // Of statm's fields the first is all that is mapped, the sixth what RLIMIT_DATA counts.
    std::size_t pages() const {
        std::ifstream statm("/proc/self/statm");
        std::size_t count = 0;
        for (int field = kind_ == RLIMIT_AS ? 1 : 6; field > 0; --field) statm >> count;
        return count;
    }

    decltype(RLIMIT_AS) kind_;
    rlimit before_{};
    std::vector<std::unique_ptr<char[]>> taken_;
};

TEST_CASE("a picture too large for the memory is refused with a smaller size to try") {
    Witness warm, witness;
    REQUIRE(render(apple(), warm));  // Threads and kernels have what they need.
    Request request = apple();
    request.width = request.height = 4096;
    const MemoryLimit limit(RLIMIT_AS, 64U << 20U);
    const auto picture = render(request, witness);
    REQUIRE_FALSE(picture);
    CHECK(picture.error().code == ErrorCode::resource_exhausted);
    CHECK(picture.error().message == "not enough memory for 4096x4096 pixels; try 2048x2048");
}

TEST_CASE("the model renders on after it ran out of memory") {
    Witness before, witness, after;
    const auto one = render(apple(), before);
    REQUIRE(one);
    {
        Request request = apple();
        request.width = request.height = 4096;
        const MemoryLimit limit(RLIMIT_AS, 64U << 20U);
        CHECK_FALSE(render(request, witness));
    }
    const auto two = render(apple(), after);
    REQUIRE(two);
    CHECK(one->pixels.rgb == two->pixels.rgb);
}

TEST_CASE("a picture that does not fit into memory whole is decoded in tiles, and says so") {
    Witness warm;
    REQUIRE(render(apple(), warm));
    Request request = apple();
    request.width = request.height = 1024;
    request.guidance = 1;
    Observer nobody;
    const auto tiles = [&] {
        const MemoryLimit limit(RLIMIT_DATA, 352U << 20U);  // The denoiser's call fits.
        return paint(model(), {request, &nobody});
    }();
    const auto whole = paint(model(), {request, &nobody, {}, {}, {}, Tiling::never});
    INFO((tiles ? "" : tiles.error().message));
    REQUIRE((whole && tiles));
    CHECK(whole->notes.empty());
    CHECK(tiles->notes == std::vector<std::string>{"vae-tiling=16/0.25"});
    CHECK(tiles->trajectory_root == whole->trajectory_root);
}

// Memory that is given up when the model wants it.
class Ballast {
  public:
    explicit Ballast(std::size_t bytes) : bytes_(new char[bytes]) {
        model().on_want([this] {
            ++asked;
            return std::exchange(bytes_, nullptr) != nullptr;
        });
    }
    ~Ballast() { model().on_want({}); }
    Ballast(const Ballast&) = delete;
    Ballast& operator=(const Ballast&) = delete;

    int asked = 0;

  private:
    std::unique_ptr<char[]> bytes_;
};

TEST_CASE("what others hold is given up before pixels change for want of memory") {
    Witness warm;
    REQUIRE(render(apple(), warm));
    Request request = apple();
    request.width = request.height = 1024;
    request.guidance = 1;
    Observer nobody;
    Ballast others(std::size_t{1} << 30U);
    const MemoryLimit limit(RLIMIT_DATA, 352U << 20U);
    const auto picture = paint(model(), {request, &nobody});
    REQUIRE(picture);
    CHECK(others.asked == 1);
    CHECK(picture->notes.empty());
}

TEST_CASE("a text that was read before is not encoded again, and reads the same") {
    Witness first, second, third;
    Request request = apple();
    request.prompt = "a text that no other test has";
    request.negative_prompt = "nor this one";
    const std::uint64_t before = model().texts_encoded();
    const auto one = render(request, first);
    CHECK(model().texts_encoded() == before + 2);
    const auto two = render(request, second);
    CHECK(model().texts_encoded() == before + 2);
    REQUIRE((one && two));
    CHECK(one->pixels.rgb == two->pixels.rgb);
    CHECK(one->trajectory_root == two->trajectory_root);
    for (int i = 0; i < 40; ++i) {  // More than it remembers.
        request.negative_prompt = std::to_string(i);
        request.steps = 3;
        REQUIRE(render(request, third));
    }
    CHECK(model().texts_encoded() == before + 42);  // The prompt, used in each, was not forgotten.
    request.negative_prompt = "nor this one";
    const auto again = render(request, third);
    CHECK(model().texts_encoded() == before + 43);
    CHECK(again->trajectory_root == one->trajectory_root);
}

TEST_CASE("text encoders that were put away are read again, and read the same") {
    Witness first, second;
    Request request = apple();
    request.prompt = "a text read before its encoder is put away";
    const auto one = render(request, first);
    REQUIRE(one);
    REQUIRE(model().put_away_texts());
    CHECK_FALSE(model().put_away_texts());
    CHECK(render(request, second));  // It is remembered.
    CHECK_FALSE(model().put_away_texts());
    const auto fresh = Model::load(test::demo_model(), {.kind = DeviceOptions::Kind::cpu});
    REQUIRE(fresh);
    CHECK((*fresh)->put_away_texts());
    Observer nobody;
    const auto again = paint(**fresh, {request, &nobody});
    REQUIRE(again);
    CHECK(again->trajectory_root == one->trajectory_root);
    CHECK((*fresh)->put_away_texts());
}

TEST_CASE("a text encoder that was put away and has no file any more is missed by name") {
    const test::ModelCopy copy;
    const auto loaded = Model::load(copy.path(), {.kind = DeviceOptions::Kind::cpu});
    REQUIRE(loaded);
    std::filesystem::remove_all(copy.path() / "text_encoder");
    Observer nobody;
    REQUIRE(paint(**loaded, {apple(), &nobody}));
    REQUIRE((*loaded)->put_away_texts());
    Request other = apple();
    other.prompt = "another text";
    const auto refused = paint(**loaded, {other, &nobody});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::not_found);
    CHECK(refused.error().message.find("text_encoder/") != std::string::npos);
}

TEST_CASE("prompts that are not UTF-8 are refused by their field") {
    Witness witness;
    Request request = apple();
    request.prompt = "\xff";
    CHECK(render(request, witness).error().field == "prompt");
    request = apple();
    request.negative_prompt = "\xff";
    CHECK(render(request, witness).error().field == "negative_prompt");
}

TEST_CASE("a request that does not fit the model is refused before anything is computed") {
    Witness witness;
    Request request = apple();
    request.width = 100;
    CHECK(render(request, witness).error().field == "width");
    CHECK(render(apple(), witness, Latent{{}, {1, 4, 4, 4}}).error().field == "latents");
    CHECK(witness.phases.empty());
}

}  // namespace
}  // namespace gotong::engine
