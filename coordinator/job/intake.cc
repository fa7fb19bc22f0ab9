#include "coordinator/job/intake.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>

#include "common/bytes.h"
#include "common/sampling/choose.h"
#include "common/sampling/strength.h"
#include "common/text/closest.h"
#include "common/text/duration.h"
#include "coordinator/job/limits.h"
#include "coordinator/job/price.h"
#include "coordinator/job/utf8.h"

namespace gotong::job {
namespace {

Failure wrong(const char* field, const std::string& message) {
    return fail(ErrorCode::invalid_argument, std::string(field) + " " + message, field);
}

Result<> check_text(const char* field, std::string_view text) {
    if (text.size() > kMaxPrompt) {
        return wrong(field, "has " + std::to_string(text.size()) + " bytes; at most " +
                                std::to_string(kMaxPrompt) + " are taken");
    }
    if (const std::size_t at = first_malformed(text); at < text.size()) {
        return wrong(field, "is not valid UTF-8 at byte " + std::to_string(at));
    }
    if (const std::size_t at = first_control(text); at < text.size()) {
        return wrong(field, "holds a control character at byte " + std::to_string(at) +
                                "; only tabs and line breaks are taken");
    }
    return {};
}

// Names are echoed in messages and hashed, so they must be text before anything looks them up.
Result<> check_name(const char* field, std::string_view name) {
    constexpr std::size_t kMaxName = 64;
    if (name.size() > kMaxName) {
        return wrong(field, "has " + std::to_string(name.size()) +
                                " bytes; no name is longer than " + std::to_string(kMaxName));
    }
    return check_text(field, name);
}

Result<> check_key(std::string_view key) {
    constexpr const char* kField = "idempotency_key";
    if (key.size() > kMaxIdempotencyKey) {
        return wrong(kField, "has " + std::to_string(key.size()) + " bytes; at most " +
                                 std::to_string(kMaxIdempotencyKey) + " are taken");
    }
    const bool printable =
        std::all_of(key.begin(), key.end(), [](char c) { return c >= ' ' && c <= '~'; });
    if (!printable) return wrong(kField, "may hold printable ASCII only; a UUID works");
    return {};
}

std::string listed(std::span<const std::string_view> words) {
    std::string list;
    for (const std::string_view word : words) {
        if (!list.empty()) list += ", ";
        list += word;
    }
    return list;
}

Result<> check_between(const char* field, std::uint32_t value, std::uint32_t low,
                       std::uint32_t high) {
    if (value >= low && value <= high) return {};
    return wrong(field, "is " + std::to_string(value) + "; it must be " + std::to_string(low) +
                            " to " + std::to_string(high) + ": the nearest is " +
                            std::to_string(std::clamp(value, low, high)));
}

Result<> check_time(const char* field, std::chrono::milliseconds value,
                    std::chrono::milliseconds low, std::chrono::milliseconds high) {
    if (value >= low && value <= high) return {};
    return wrong(field, "is " + text::duration(value) + "; it must be " + text::duration(low) +
                            " to " + text::duration(high) + ": the nearest is " +
                            text::duration(value < low ? low : high));
}

Result<> check_guidance(double guidance) {
    const std::string range = "it must be 0 to " + decimal_text(kMaxGuidance);
    if (!std::isfinite(guidance)) return wrong("guidance", "is not a finite number; " + range);
    if (guidance >= 0.0 && guidance <= kMaxGuidance) return {};
    return wrong("guidance", "is " + decimal_text(guidance) + "; " + range + ": the nearest is " +
                                 decimal_text(std::clamp(guidance, 0.0, kMaxGuidance)));
}

// The seeds of a request run on from the first; they do not wrap around.
Result<> check_seed(std::uint64_t seed, std::uint32_t count) {
    const std::uint64_t last = std::numeric_limits<std::uint64_t>::max() - (count - 1);
    if (seed <= last) return {};
    return wrong("seed", "is too large for " + std::to_string(count) +
                             " pictures with a seed each: the nearest is " + std::to_string(last));
}

Result<> check_numbers(const RenderSpec& spec, const ModelFacts& model, std::uint32_t count) {
    if (auto ok = check_between("count", count, 1, kMaxCount); !ok) return ok;
    if (auto ok = check_between("steps", spec.steps, kMinSteps, kMaxSteps); !ok) return ok;
    if (auto ok = check_guidance(spec.guidance); !ok) return ok;
    if (auto ok = check_seed(spec.seed, count); !ok) return ok;
    return check_size(model, spec.width, spec.height);
}

// Errors of a picture to begin with name their field in full.
Failure within_original(const Error& error) {
    return fail(error.code, error.message, "original." + error.field);
}

Result<Digest> digest_in(const char* field, std::string_view bytes) {
    Digest digest{};
    if (bytes.size() != digest.size()) {
        return wrong(field, "has " + std::to_string(bytes.size()) + " bytes; it is the 32 of a " +
                                "SHA-256, raw");
    }
    std::ranges::copy(as_bytes(bytes), digest.begin());
    return digest;
}

Result<Original> complete(const OriginalDraft& draft, std::uint32_t steps) {
    Original original;
    const auto picture = digest_in("original.picture_sha256", draft.picture_sha256);
    if (!picture) return Failure{picture.error()};
    original.picture = *picture;
    if (!draft.mask_sha256.empty()) {
        const auto mask = digest_in("original.mask_sha256", draft.mask_sha256);
        if (!mask) return Failure{mask.error()};
        original.mask = *mask;
    }
    const auto rule = sampling::strength_rule_named(draft.strength_rule);
    if (!rule) return within_original(rule.error());
    original.rule = *rule;
    original.strength = draft.strength.value_or(sampling::kDefaultStrength) + 0.0;  // -0 is 0.
    if (auto ok = sampling::check_strength(original.rule, steps, original.strength); !ok) {
        return within_original(ok.error());
    }
    return original;
}

Result<std::optional<Original>> original_of(const SpecDraft& draft, const ModelFacts& model) {
    if (draft.original) {
        auto original = complete(*draft.original, draft.steps.value_or(kDefaultSteps));
        if (!original) return Failure{original.error()};
        return std::optional{*std::move(original)};
    }
    if (!model.needs_original) return std::optional<Original>{};
    return wrong("original",
                 "is missing: " + model.name + " paints what a mask leaves open of a picture");
}

Result<RenderSpec> complete(const SpecDraft& draft, const ModelFacts& model,
                            std::uint32_t drawn_seed) {
    const auto choice = sampling::choose(draft.sampler, draft.schedule);
    if (!choice) return Failure{choice.error()};
    const auto original = original_of(draft, model);
    if (!original) return Failure{original.error()};
    return RenderSpec{.model = model.name,
                      .prompt = draft.prompt,
                      .negative_prompt = draft.negative_prompt,
                      .width = draft.width.value_or(model.default_width),
                      .height = draft.height.value_or(model.default_height),
                      .steps = draft.steps.value_or(kDefaultSteps),
                      .guidance = draft.guidance.value_or(kDefaultGuidance) + 0.0,  // -0 is 0.
                      .sampler = std::string(sampling::facts(choice->sampler).name),
                      .schedule = std::string(sampling::facts(choice->schedule).name),
                      .seed = draft.seed.value_or(drawn_seed),
                      .is_private = draft.is_private,
                      .original = *original};
}

}  // namespace

Result<> check_texts(const Submission& submission) {
    const SpecDraft& spec = submission.spec;
    if (auto ok = check_key(submission.idempotency_key); !ok) return ok;
    if (auto ok = check_text("prompt", spec.prompt); !ok) return ok;
    if (auto ok = check_text("negative_prompt", spec.negative_prompt); !ok) return ok;
    if (auto ok = check_name("model", spec.model); !ok) return ok;
    if (auto ok = check_name("sampler", spec.sampler); !ok) return ok;
    if (auto ok = check_name("schedule", spec.schedule); !ok) return ok;
    if (!spec.original) return {};
    return check_name("original.strength_rule", spec.original->strength_rule);
}

Result<Order> accept_submission(const Submission& submission, std::span<const ModelFacts> models,
                                std::uint32_t drawn_seed) {
    auto model = find_model(submission.spec.model, models);
    if (!model) return Failure{model.error()};
    auto spec = complete(submission.spec, *model, drawn_seed);
    if (!spec) return Failure{spec.error()};
    if (auto ok = check_numbers(*spec, *model, submission.count); !ok) return Failure{ok.error()};

    Order order{.specs = {}, .model_digest = model->digest, .price = price_of(*model, *spec)};
    for (std::uint32_t i = 0; i < submission.count; ++i) {
        order.specs.push_back(*spec);
        order.specs.back().seed += i;
    }
    return order;
}

Result<ModelFacts> find_model(std::string_view name, std::span<const ModelFacts> models) {
    if (models.empty()) {
        return fail(ErrorCode::failed_precondition,
                    "this pool's catalogue is empty: its operator adds a model with "
                    "`gotong models add`",
                    "model");
    }
    if (name.empty() && models.size() == 1) return models.front();
    std::vector<std::string_view> names;
    for (const ModelFacts& model : models) {
        if (model.name == name) return model;
        names.push_back(model.name);
    }
    if (name.empty()) {
        return wrong("model", "is not given, and this pool has several: " + listed(names));
    }
    return fail(ErrorCode::not_found,
                "model \"" + std::string(name) +
                    "\" is not in this pool's catalogue; did you mean \"" +
                    std::string(text::closest(name, names)) + "\"?",
                "model");
}

Result<> check_timing(const Submission& submission, std::chrono::milliseconds longest_wait) {
    constexpr auto kBound = std::chrono::milliseconds{0};
    if (auto ok = check_time("start_in", submission.start_in, kBound, kMaxStartIn); !ok) return ok;
    if (submission.expires_in != kBound) {
        auto ok = check_time("expires_in", submission.expires_in, kMinExpiresIn, longest_wait);
        if (!ok) return ok;
    }
    const std::int32_t priority = submission.priority;
    if (priority >= -kMaxPriority && priority <= kMaxPriority) return {};
    return wrong("priority", "is " + std::to_string(priority) + "; it must be -" +
                                 std::to_string(kMaxPriority) + " to " +
                                 std::to_string(kMaxPriority) + ": the nearest is " +
                                 std::to_string(priority < 0 ? -kMaxPriority : kMaxPriority));
}

Result<> check_open_jobs(std::uint32_t open, std::uint32_t more, std::uint32_t max) {
    if (open + more <= max) return {};
    return fail(ErrorCode::resource_exhausted,
                "your account has " + std::to_string(open) + " open jobs and may have " +
                    std::to_string(max) + "; wait for some of them to end, or cancel some",
                "count");
}

}  // namespace gotong::job
