// What the executor chain's general links add to an outcome. The innermost executor is a fake that
// paints one colour.
#include <catch2/catch_test_macros.hpp>

#include "common/crypto/sha256.h"
#include "worker/job/executor.h"

namespace gotong::worker {
namespace {

class SteppingClock final : public Clock {
  public:
    Now now() const override {
        wall_ += 1s;
        return {Monotonic{}, wall_};
    }

  private:
    mutable WallTime wall_{};
};

class FakeExecutor final : public Executor {
  public:
    explicit FakeExecutor(Result<> answer = {}) : answer_(std::move(answer)) {}

    Result<Outcome> run(const Job& job, const std::stop_token&, const OnProgress&) override {
        if (!answer_) return Failure{answer_.error()};
        const auto& spec = job.offer.spec;
        Outcome outcome;
        outcome.picture = {spec.width, spec.height,
                           std::string(std::size_t{3} * spec.width * spec.height, '\x40')};
        return outcome;
    }

  private:
    Result<> answer_;
};

Job job_of(bool is_private) {
    Job job;
    job.offer.spec = {.model = "emoji",
                      .prompt = "a red apple",
                      .negative_prompt = "blurry",
                      .width = 8,
                      .height = 4,
                      .steps = 10,
                      .guidance = 5.0,
                      .sampler = "euler",
                      .schedule = "normal",
                      .seed = 7,
                      .is_private = is_private};
    job.offer.model_digest = std::string(64, 'a');
    return job;
}

TEST_CASE("timed() reads the clock before and after the work") {
    const SteppingClock clock;
    const auto chain = timed(clock, std::make_unique<FakeExecutor>());
    const auto outcome = chain->run(job_of(false), {}, {});
    REQUIRE(outcome);
    CHECK(outcome->started == WallTime{1s});
    CHECK(outcome->finished == WallTime{2s});
}

TEST_CASE("failures pass through the chain untouched") {
    const SteppingClock clock;
    const Error error{ErrorCode::resource_exhausted, "out of memory", {}};
    const auto chain =
        encoded("0.1.0", timed(clock, std::make_unique<FakeExecutor>(Failure{error})));
    const auto outcome = chain->run(job_of(false), {}, {});
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error() == error);
}

TEST_CASE("encoded() makes a PNG that tells its settings, and its digest") {
    const auto chain = encoded("0.1.0", std::make_unique<FakeExecutor>());
    const auto outcome = chain->run(job_of(false), {}, {});
    REQUIRE(outcome);
    CHECK(outcome->png.starts_with("\x89PNG\r\n"));
    CHECK(outcome->png_sha256 == crypto::sha256(as_bytes(outcome->png)));
    CHECK(outcome->png.find("a red apple") != std::string::npos);
    CHECK(outcome->png.find("Seed: 7") != std::string::npos);
}

TEST_CASE("a picture that began with another tells how much of it was painted anew") {
    const auto chain = encoded("0.1.0", std::make_unique<FakeExecutor>());
    Job job = job_of(false);
    CHECK(chain->run(job, {}, {})->png.find("Denoising strength") == std::string::npos);
    job.offer.spec.original = Original{.strength = 0.6};
    CHECK(chain->run(job, {}, {})->png.find("Denoising strength: 0.6") != std::string::npos);
}

TEST_CASE("a private picture holds no word of its prompts") {
    const auto chain = encoded("0.1.0", std::make_unique<FakeExecutor>());
    const auto outcome = chain->run(job_of(true), {}, {});
    REQUIRE(outcome);
    CHECK(outcome->png.find("apple") == std::string::npos);
    CHECK(outcome->png.find("blurry") == std::string::npos);
    CHECK(outcome->png.find("parameters") == std::string::npos);
}

}  // namespace
}  // namespace gotong::worker
