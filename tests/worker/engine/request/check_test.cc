// Requests that do not fit the model are refused with the field and the nearest value that works.
#include "worker/engine/request/check.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cmath>
#include <limits>

namespace gotong::engine {
namespace {

using Catch::Matchers::ContainsSubstring;

const ModelInfo kModel{.default_width = 512,
                       .default_height = 512,
                       .size_multiple = 64,
                       .latent_factor = 8,
                       .latent_channels = 4,
                       .max_steps = 1000};

Request sound() {
    Request request;
    request.width = 512;
    request.height = 768;
    request.steps = 20;
    request.guidance = 7.5;
    return request;
}

Error refusal(const Request& request) {
    const auto checked = check_request(kModel, request);
    REQUIRE_FALSE(checked);
    CHECK(checked.error().code == ErrorCode::invalid_argument);
    return checked.error();
}

TEST_CASE("a request that fits is accepted, whatever size the model was trained for") {
    CHECK(check_request(kModel, sound()));
    Request small = sound();
    small.width = 64;
    small.steps = 1;
    small.guidance = 0;
    CHECK(check_request(kModel, small));
}

TEST_CASE("a side that is no multiple is refused with the nearest that is") {
    const auto nearest = [](int width) {
        Request request = sound();
        request.width = width;
        const Error error = refusal(request);
        CHECK(error.field == "width");
        return error.message.substr(error.message.rfind(' ') + 1);
    };
    CHECK(nearest(500) == "512");
    CHECK(nearest(470) == "448");
    CHECK(nearest(8) == "64");
    CHECK(nearest(0) == "64");
    CHECK(nearest(-512) == "64");
    CHECK(nearest(20'000) == "16384");
    CHECK(nearest(std::numeric_limits<int>::max()) == "16384");
    CHECK(nearest(std::numeric_limits<int>::min()) == "64");
}

TEST_CASE("height is named as height") {
    Request request = sound();
    request.height = 100;
    CHECK(refusal(request).field == "height");
}

TEST_CASE("steps outside the scheduler's are refused with the nearest") {
    Request request = sound();
    request.steps = 0;
    CHECK(refusal(request).message == "steps must be 1 to 1000; the nearest is 1");
    request.steps = 1001;
    CHECK(refusal(request).message == "steps must be 1 to 1000; the nearest is 1000");
}

TEST_CASE("guidance that is no number, or negative, is refused") {
    for (const double guidance : {-0.1, std::nan(""), std::numeric_limits<double>::infinity()}) {
        Request request = sound();
        request.guidance = guidance;
        CHECK(refusal(request).field == "guidance");
    }
}

TEST_CASE("a start latent must have the shape of the picture's latent") {
    Latent start{std::vector<float>(4 * 96 * 64), {1, 4, 96, 64}};
    CHECK(check_start(kModel, sound(), start));
    start.shape = {1, 4, 64, 96};
    const auto turned = check_start(kModel, sound(), start);
    REQUIRE_FALSE(turned);
    CHECK(turned.error().message ==
          "latents must have the shape [1, 4, 96, 64] for this model and size");
    start.shape = {1, 4, 96, 64};
    start.values.pop_back();
    CHECK_FALSE(check_start(kModel, sound(), start));
}

Request with_original() {
    Request request = sound();
    request.original =
        Original{.picture = {512, 768, std::vector<std::uint8_t>(3 * 512 * 768)}, .strength = 0.5};
    return request;
}

ModelInfo encoding(int extra_channels = 0) {
    ModelInfo model = kModel;
    model.can_encode = true;
    model.extra_channels = extra_channels;
    return model;
}

TEST_CASE("an original of the request's size is accepted, with a mask or without") {
    Request request = with_original();
    CHECK(check_request(encoding(), request));
    request.original->mask.assign(512 * 768, 1);
    CHECK(check_request(encoding(), request));
    CHECK(check_request(encoding(5), request));
}

TEST_CASE("an original that cannot be used is refused by its field") {
    const auto refused = [](const ModelInfo& model, const Request& request) {
        const auto checked = check_request(model, request);
        REQUIRE_FALSE(checked);
        return checked.error();
    };
    CHECK(refused(kModel, with_original()).message.find("no encoder") != std::string::npos);
    Request request = with_original();
    request.original->picture.width = 256;
    CHECK(refused(encoding(), request).field == "original");
    request = with_original();
    request.original->mask.assign(3, 1);
    CHECK(refused(encoding(), request).field == "mask");
    request = with_original();
    request.original->strength = 2;
    CHECK(refused(encoding(), request).field == "strength");
}

TEST_CASE("a model for inpainting needs a picture and a mask") {
    ModelInfo model = encoding(5);
    const auto without_picture = check_beside(model, sound(), std::nullopt);
    REQUIRE_FALSE(without_picture);
    CHECK(without_picture.error().field == "original");
    CHECK(check_beside(model, with_original(), std::nullopt));
    const auto without_mask = check_request(model, with_original());
    REQUIRE_FALSE(without_mask);
    CHECK(without_mask.error().field == "mask");
}

TEST_CASE("the steps that are made are all, or what the strength leaves") {
    CHECK(steps_made(sound()) == 20);
    CHECK(steps_made(with_original()) == 11);
}

// An inpainting model's, of the size of sound().
Latent beside(std::int64_t channels) {
    Latent beside;
    beside.shape = {1, channels, 96, 64};
    beside.values.resize(static_cast<std::size_t>(channels * 96 * 64));
    return beside;
}

TEST_CASE("an inpainting model without a picture to paint into is refused by field") {
    ModelInfo inpaints = kModel;
    inpaints.extra_channels = 5;
    const auto refused = check_beside(inpaints, sound(), std::nullopt);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::invalid_argument);
    CHECK(refused.error().field == "original");
    CHECK(check_beside(inpaints, sound(), beside(5)));
    const auto narrow = check_beside(inpaints, sound(), beside(4));
    REQUIRE_FALSE(narrow);
    CHECK_THAT(narrow.error().message, ContainsSubstring("[1, 5, 96, 64]"));
}

TEST_CASE("a model that paints from nothing takes nothing beside its latent") {
    CHECK(check_beside(kModel, sound(), std::nullopt));
    const auto refused = check_beside(kModel, sound(), beside(5));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().field == "extra");
}

}  // namespace
}  // namespace gotong::engine
