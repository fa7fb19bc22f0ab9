// Bad input is named with its field, its limit and the nearest value that would work.
#include "coordinator/job/intake.h"

#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <limits>

#include "common/bytes.h"
#include "coordinator/job/limits.h"

namespace gotong::job {
namespace {

ModelFacts model_named(const std::string& name) {
    return {.name = name,
            .digest = std::string(64, 'a'),
            .default_width = 512,
            .default_height = 384,
            .size_multiple = 64,
            .max_width = 768,
            .max_height = 700};
}

const std::vector<ModelFacts> kOne{model_named("emoji")};
const std::vector<ModelFacts> kTwo{model_named("emoji"), model_named("landscape")};

Submission apple() {
    Submission submission;
    submission.spec.prompt = "a red apple";
    return submission;
}

Error error_of(const Submission& submission, const std::vector<ModelFacts>& models = kOne) {
    if (auto texts = check_texts(submission); !texts) return texts.error();
    const auto order = accept_submission(submission, models, 7);
    REQUIRE(!order);
    return order.error();
}

TEST_CASE("what a creator leaves out is filled in") {
    const Order order = accept_submission(apple(), kOne, 7).value();
    REQUIRE(order.specs.size() == 1);
    CHECK(order.specs[0] == RenderSpec{.model = "emoji",
                                       .prompt = "a red apple",
                                       .negative_prompt = "",
                                       .width = 512,
                                       .height = 384,
                                       .steps = 25,
                                       .guidance = 5.0,
                                       .sampler = "dpmpp_2m",
                                       .schedule = "karras",
                                       .seed = 7,
                                       .is_private = false});
    CHECK(order.model_digest == std::string(64, 'a'));
}

OriginalDraft draft_of(std::uint8_t picture) {
    return {.picture_sha256 = std::string(32, static_cast<char>(picture)),
            .mask_sha256 = "",
            .strength = std::nullopt,
            .strength_rule = ""};
}

Submission fox_from_picture() {
    Submission submission = apple();
    submission.spec.original = draft_of(4);
    return submission;
}

TEST_CASE("a picture to begin with gets the default strength and rule") {
    const RenderSpec spec = accept_submission(fox_from_picture(), kOne, 7).value().specs[0];
    Original expected;
    expected.picture.fill(4);
    CHECK(spec.original == expected);
    CHECK(spec.original->strength == 0.75);
    CHECK_FALSE(accept_submission(apple(), kOne, 7).value().specs[0].original);
}

TEST_CASE("what a creator says of a picture to begin with is kept") {
    Submission submission = fox_from_picture();
    submission.spec.original->mask_sha256 = std::string(32, '\x05');
    submission.spec.original->strength = 0.3;
    submission.spec.original->strength_rule = "diffusers";
    const Original original =
        accept_submission(submission, kOne, 7).value().specs[0].original.value();
    CHECK(crypto::to_hex(*original.mask) == crypto::to_hex(as_bytes(std::string(32, '\x05'))));
    CHECK(original.strength == 0.3);
    CHECK(original.rule == sampling::StrengthRule::diffusers);
}

TEST_CASE("what is wrong with a picture to begin with is named by its whole field") {
    const auto error = [](auto spoil) {
        Submission submission = fox_from_picture();
        spoil(submission.spec);
        return error_of(submission);
    };
    const Error picture = error([](SpecDraft& s) { s.original->picture_sha256 = "abc"; });
    CHECK(picture.field == "original.picture_sha256");
    CHECK(picture.message == "original.picture_sha256 has 3 bytes; it is the 32 of a SHA-256, raw");
    const Error no_picture = error([](SpecDraft& s) { s.original->picture_sha256 = ""; });
    CHECK(no_picture.field == "original.picture_sha256");
    const Error mask = error([](SpecDraft& s) { s.original->mask_sha256 = std::string(33, 'm'); });
    CHECK(mask.field == "original.mask_sha256");
    const Error strength = error([](SpecDraft& s) { s.original->strength = 1.5; });
    CHECK(strength.field == "original.strength");
    CHECK(strength.message == "strength is 1.5; it must be 0 to 1: the nearest is 1");
    const Error no_number = error([](SpecDraft& s) { s.original->strength = std::nan(""); });
    CHECK(no_number.field == "original.strength");
    const Error rule = error([](SpecDraft& s) { s.original->strength_rule = "comfy"; });
    CHECK(rule.field == "original.strength_rule");
    CHECK(rule.message.ends_with("it is a1111 or diffusers"));
    const Error none = error([](SpecDraft& s) {
        s.steps = 10;
        s.original->strength = 0.05;
        s.original->strength_rule = "diffusers";
    });
    CHECK(none.field == "original.strength");
    CHECK(none.message.ends_with("the nearest is 0.1"));
    const Error no_text = error([](SpecDraft& s) { s.original->strength_rule = "\xff"; });
    CHECK(no_text.field == "original.strength_rule");
}

TEST_CASE("a model for inpainting is not asked for one from noise alone") {
    std::vector<ModelFacts> models{model_named("painter")};
    models[0].needs_original = true;
    const Error error = error_of(apple(), models);
    CHECK(error.field == "original");
    CHECK(error.message ==
          "original is missing: painter paints what a mask leaves open of a picture");
    CHECK(accept_submission(fox_from_picture(), models, 7));
}

TEST_CASE("what a creator says is kept") {
    Submission submission = apple();
    submission.count = 2;
    submission.spec.model = "landscape";
    submission.spec.negative_prompt = "worms";
    submission.spec.width = 768;
    submission.spec.height = 64;
    submission.spec.steps = 150;
    submission.spec.guidance = 0.0;
    submission.spec.sampler = "euler_a";
    submission.spec.schedule = "normal";
    submission.spec.seed = std::numeric_limits<std::uint64_t>::max() - 1;
    submission.spec.is_private = true;
    const Order order = accept_submission(submission, kTwo, 7).value();
    REQUIRE(order.specs.size() == 2);
    const RenderSpec& spec = order.specs[1];
    CHECK(spec.model == "landscape");
    CHECK(spec.negative_prompt == "worms");
    CHECK(spec.width == 768);
    CHECK(spec.height == 64);
    CHECK(spec.steps == 150);
    CHECK(spec.guidance == 0.0);
    CHECK(spec.sampler == "euler_a");
    CHECK(spec.schedule == "normal");
    CHECK(spec.seed == std::numeric_limits<std::uint64_t>::max());
    CHECK(spec.is_private);
}

TEST_CASE("an unknown model is answered with the closest name") {
    Submission submission = apple();
    submission.spec.model = "emojy";
    const Error error = error_of(submission, kTwo);
    CHECK(error.code == ErrorCode::not_found);
    CHECK(error.field == "model");
    CHECK(error.message ==
          "model \"emojy\" is not in this pool's catalogue; did you mean \"emoji\"?");
}

TEST_CASE("no model is needed where there is one, and asked for where there are several") {
    CHECK(accept_submission(apple(), kOne, 7).has_value());
    CHECK(error_of(apple(), kTwo).message ==
          "model is not given, and this pool has several: emoji, landscape");
}

TEST_CASE("an empty catalogue says so") {
    const Error error = error_of(apple(), {});
    CHECK(error.code == ErrorCode::failed_precondition);
    CHECK(error.message.find("catalogue is empty") != std::string::npos);
}

TEST_CASE("a size that the model cannot do is answered with the nearest that it can") {
    const auto message = [](std::uint32_t width, std::uint32_t height) {
        Submission submission = apple();
        submission.spec.width = width;
        submission.spec.height = height;
        return error_of(submission).message;
    };
    CHECK(message(500, 512) ==
          "width is 500; emoji takes multiples of 64 up to 768: the nearest is 512");
    CHECK(message(2'000, 512).ends_with("the nearest is 768"));
    CHECK(message(0, 512).ends_with("the nearest is 64"));
    CHECK(message(std::numeric_limits<std::uint32_t>::max(), 512).ends_with("the nearest is 768"));
    // 700 is the limit, but 640 the largest multiple within it.
    CHECK(message(512, 700) ==
          "height is 700; emoji takes multiples of 64 up to 700: the nearest is 640");
}

TEST_CASE("steps, count and guidance out of range are answered with the nearest in range") {
    const auto message = [](auto change) {
        Submission submission = apple();
        change(submission);
        return error_of(submission).message;
    };
    CHECK(message([](Submission& s) { s.spec.steps = 0; }) ==
          "steps is 0; it must be 1 to 150: the nearest is 1");
    CHECK(message([](Submission& s) { s.spec.steps = 151; }).ends_with("the nearest is 150"));
    CHECK(message([](Submission& s) { s.count = 0; }).ends_with("the nearest is 1"));
    CHECK(message([](Submission& s) { s.count = 17; }) ==
          "count is 17; it must be 1 to 16: the nearest is 16");
    CHECK(message([](Submission& s) { s.spec.guidance = 30.5; }) ==
          "guidance is 30.5; it must be 0 to 30: the nearest is 30");
    CHECK(message([](Submission& s) { s.spec.guidance = -1.0; }).ends_with("the nearest is 0"));
    CHECK(message([](Submission& s) { s.spec.guidance = std::nan(""); }) ==
          "guidance is not a finite number; it must be 0 to 30");
    CHECK(message([](Submission& s) { s.spec.guidance = HUGE_VAL; }) ==
          "guidance is not a finite number; it must be 0 to 30");
}

TEST_CASE("a negative zero of guidance is zero, which has one spelling in receipts") {
    Submission submission = apple();
    submission.spec.guidance = -0.0;
    const Order order = accept_submission(submission, kOne, 7).value();
    CHECK(!std::signbit(order.specs[0].guidance));
}

TEST_CASE("seeds that would run past the end are answered with the last that does not") {
    Submission submission = apple();
    submission.count = 3;
    submission.spec.seed = std::numeric_limits<std::uint64_t>::max() - 1;
    const Error error = error_of(submission);
    CHECK(error.field == "seed");
    CHECK(error.message.ends_with("the nearest is 18446744073709551613"));
}

TEST_CASE("unknown samplers and schedules are answered with the closest and all there are") {
    Submission submission = apple();
    submission.spec.sampler = "eular";
    CHECK(error_of(submission).message ==
          "sampler \"eular\" is not known; did you mean \"euler\"? There are: ddim, ddpm, deis, "
          "dpm2, dpm2_a, dpmpp_2m, dpmpp_2m_sde, dpmpp_2s_a, dpmpp_3m_sde, dpmpp_sde, euler, "
          "euler_a, heun, lcm, lms, plms, unipc");
    submission = apple();
    submission.spec.schedule = "karas";
    CHECK(error_of(submission).message ==
          "schedule \"karas\" is not known; did you mean \"karras\"? There are: beta, "
          "exponential, karras, normal, sgm_uniform, trailing");
}

TEST_CASE("what other programs call a sampler is taken, and kept under our own name") {
    Submission submission = apple();
    submission.spec.sampler = "DPM++ 2M SDE Exponential";
    const Order labelled = accept_submission(submission, kOne, 7).value();
    CHECK(labelled.specs[0].sampler == "dpmpp_2m_sde");
    CHECK(labelled.specs[0].schedule == "exponential");
    submission.spec.sampler = "k_euler_a";
    submission.spec.schedule = "SGM Uniform";
    const Order aliased = accept_submission(submission, kOne, 7).value();
    CHECK(aliased.specs[0].sampler == "euler_a");
    CHECK(aliased.specs[0].schedule == "sgm_uniform");
}

TEST_CASE("a schedule that the sampler does not take is refused with those that it does") {
    Submission submission = apple();
    submission.spec.sampler = "plms";
    CHECK(accept_submission(submission, kOne, 7).value().specs[0].schedule == "normal");
    submission.spec.schedule = "karras";
    CHECK(error_of(submission).message ==
          "schedule \"karras\" does not go with sampler \"plms\"; these do: normal, trailing");
}

TEST_CASE("a sampler of two denoiser calls a step is priced as such") {
    Submission submission = apple();
    const Credits one = accept_submission(submission, kOne, 7).value().price;
    submission.spec.sampler = "heun";
    CHECK(accept_submission(submission, kOne, 7).value().price.micro == 2 * one.micro);
}

TEST_CASE("prompts are text of at most 4,000 bytes") {
    Submission submission = apple();
    submission.spec.prompt = std::string(kMaxPrompt, 'a');
    CHECK(check_texts(submission).has_value());
    submission.spec.prompt += "a";
    CHECK(error_of(submission).message == "prompt has 4001 bytes; at most 4000 are taken");
    submission.spec.prompt = "abc\xff";
    CHECK(error_of(submission).message == "prompt is not valid UTF-8 at byte 3");
    submission.spec.prompt = std::string("abc\0d", 5);
    CHECK(error_of(submission).message ==
          "prompt holds a control character at byte 3; only tabs and line breaks are taken");
    submission = apple();
    submission.spec.negative_prompt = "\xc0\x80";
    CHECK(error_of(submission).field == "negative_prompt");
}

TEST_CASE("names that are not text never reach a lookup") {
    Submission submission = apple();
    submission.spec.model = "\xff";
    CHECK(error_of(submission).message == "model is not valid UTF-8 at byte 0");
    submission.spec.model = std::string(65, 'a');
    CHECK(error_of(submission).message == "model has 65 bytes; no name is longer than 64");
}

TEST_CASE("an idempotency key is printable and short") {
    Submission submission = apple();
    submission.idempotency_key = std::string(128, '~');
    CHECK(check_texts(submission).has_value());
    submission.idempotency_key += "~";
    CHECK(error_of(submission).field == "idempotency_key");
    submission.idempotency_key = "a\nb";
    CHECK(error_of(submission).message ==
          "idempotency_key may hold printable ASCII only; a UUID works");
}

TEST_CASE("open jobs are counted together with those asked for") {
    CHECK(check_open_jobs(9, 1, 10).has_value());
    const auto refused = check_open_jobs(9, 2, 10);
    REQUIRE(!refused);
    CHECK(refused.error().code == ErrorCode::resource_exhausted);
    CHECK(refused.error().message.starts_with("your account has 9 open jobs and may have 10"));
}

TEST_CASE("when a job may start and how long it may wait are bounded, and the bound is named") {
    const auto error = [](auto change) {
        Submission submission = apple();
        change(submission);
        const auto checked = check_timing(submission, 24h);
        return checked ? Error{} : checked.error();
    };
    CHECK(error([](Submission& s) { s.start_in = 168h; }).message.empty());
    CHECK(error([](Submission& s) { s.expires_in = 24h; }).message.empty());
    CHECK(error([](Submission& s) { s.priority = -100; }).message.empty());
    CHECK(error([](Submission& s) { s.start_in = 192h; }).message ==
          "start_in is 8 d; it must be 0 s to 7 d: the nearest is 7 d");
    CHECK(error([](Submission& s) { s.expires_in = 48h; }).message ==
          "expires_in is 2 d; it must be 1.0 s to 24 h: the nearest is 24 h");
    CHECK(error([](Submission& s) { s.expires_in = 5ms; }).field == "expires_in");
    CHECK(error([](Submission& s) { s.priority = 500; }).message ==
          "priority is 500; it must be -100 to 100: the nearest is 100");
}

}  // namespace
}  // namespace gotong::job
