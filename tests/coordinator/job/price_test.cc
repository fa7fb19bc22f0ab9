// The published formula, worked out by hand for some pictures.
#include "coordinator/job/price.h"

#include <catch2/catch_test_macros.hpp>

#include "coordinator/job/limits.h"

namespace gotong::job {
namespace {

const ModelFacts kModel{.name = "emoji", .digest = ""};

RenderSpec picture(std::uint32_t width, std::uint32_t height, std::uint32_t steps,
                   const std::string& sampler = "dpmpp_2m") {
    RenderSpec spec;
    spec.width = width;
    spec.height = height;
    spec.steps = steps;
    spec.sampler = sampler;
    return spec;
}

TEST_CASE("one credit is a picture of 512 x 512 pixels in 20 steps") {
    CHECK(price_of(kModel, picture(512, 512, 20)) == Credits{1'000'000});
    CHECK(price_of(kModel, picture(512, 512, 25)) == Credits{1'250'000});
    CHECK(price_of(kModel, picture(1024, 512, 20)) == Credits{2'000'000});
    CHECK(price_of(kModel, picture(256, 256, 20)) == Credits{250'000});
}

TEST_CASE("a model that costs more per step is dearer in proportion") {
    ModelFacts large = kModel;
    large.cost = 3'500;
    CHECK(price_of(large, picture(512, 512, 20)) == Credits{3'500'000});
}

TEST_CASE("a sampler that calls the denoiser twice a step costs twice as much") {
    CHECK(price_of(kModel, picture(512, 512, 20, "heun")) == Credits{2'000'000});
    CHECK(price_of(kModel, picture(512, 512, 20, "dpmpp_sde")) == Credits{2'000'000});
    CHECK(price_of(kModel, picture(512, 512, 20, "plms")) == Credits{1'000'000});
}

TEST_CASE("a picture that begins with another one costs the steps that are made") {
    RenderSpec spec = picture(512, 512, 20);
    spec.original = Original{.strength = 0.6, .rule = sampling::StrengthRule::diffusers};
    CHECK(price_of(kModel, spec) == Credits{600'000});
    spec.original->rule = sampling::StrengthRule::a1111;
    CHECK(price_of(kModel, spec) == Credits{650'000});  // One step more.
    spec.original->strength = 1;
    CHECK(price_of(kModel, spec) == price_of(kModel, picture(512, 512, 20)));
}

TEST_CASE("a price is rounded up to the next micro-credit") {
    // 64 x 64 x 1 / (512 x 512 x 20) of a million is 781.25.
    CHECK(price_of(kModel, picture(64, 64, 1)) == Credits{782});
}

TEST_CASE("the dearest legal picture is priced without overflow") {
    CHECK(price_of(kModel, picture(kMaxSide, kMaxSide, kMaxSteps, "heun")) == Credits{960'000'000});
}

TEST_CASE("credits are written without needless digits") {
    CHECK(credits_text({1'000'000}) == "1 credit");
    CHECK(credits_text({1'250'000}) == "1.25 credits");
    CHECK(credits_text({782}) == "0.000782 credits");
    CHECK(credits_text({0}) == "0 credits");
    CHECK(credits_text({-1'500'000}) == "-1.5 credits");
    CHECK(credits_text({2'000'000}) == "2 credits");
}

TEST_CASE("what is affordable to the last micro-credit is affordable") {
    const RenderSpec spec = picture(512, 512, 10);  // Half a credit.
    CHECK(check_affordable(kModel, spec, 2, {1'000'000}).has_value());
    CHECK(!check_affordable(kModel, spec, 2, {999'999}).has_value());
}

TEST_CASE("what an account could pay is named: fewer pictures, or else fewer steps") {
    const auto refusal = [](std::uint32_t count, Credits available) {
        return check_affordable(kModel, picture(512, 512, 25), count, available).error();
    };
    CHECK(refusal(3, {3'000'000}).message ==
          "this costs 3.75 credits and your account has 3 credits; that pays for count 2");
    CHECK(refusal(1, {250'000}).message ==
          "this costs 1.25 credits and your account has 0.25 credits; that pays for steps 5");
    CHECK(refusal(1, {250'000}).field == "steps");
    CHECK(refusal(1, {10}).message ==
          "this costs 1.25 credits and your account has 0.00001 credits; a smaller size costs "
          "less");
}

}  // namespace
}  // namespace gotong::job
