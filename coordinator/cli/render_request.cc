#include "coordinator/cli/render_request.h"

#include <charconv>

#include "common/text/duration.h"
#include "coordinator/job/limits.h"
#include "coordinator/job/utf8.h"

namespace gotong::cli {
namespace {

Failure bad(const std::string& field, const std::string& message) {
    return fail(ErrorCode::invalid_argument, field + ": " + message, field);
}

// The whole text as a number.
template <class Number>
bool parse(std::string_view text, Number& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size();
}

Result<> check_text(const std::string& field, const std::string& text) {
    const std::size_t at = job::first_malformed(text);
    if (at == text.size()) return {};
    return bad(field, "byte " + std::to_string(at + 1) + " is not UTF-8");
}

Result<> set_size(const std::string& size, v1::RenderSpec& spec) {
    if (size.empty()) return {};
    std::uint32_t width = 0, height = 0;
    const auto x = size.find('x');
    if (x == std::string::npos || !parse(std::string_view{size}.substr(0, x), width) ||
        !parse(std::string_view{size}.substr(x + 1), height))
        return bad("size", "\"" + size + "\" is not WIDTHxHEIGHT in pixels, as in 512x768");
    spec.set_width(width);
    spec.set_height(height);
    return {};
}

Result<> set_steps(const std::string& text, v1::RenderSpec& spec) {
    if (text.empty()) return {};
    std::uint32_t steps = 0;
    if (!parse(text, steps))
        return bad("steps", "\"" + text + "\" is not a number from " +
                                std::to_string(job::kMinSteps) + " to " +
                                std::to_string(job::kMaxSteps));
    spec.set_steps(steps);
    return {};
}

Result<> set_guidance(const std::string& text, v1::RenderSpec& spec) {
    if (text.empty()) return {};
    double guidance = 0;
    if (!parse(text, guidance))
        return bad("guidance", "\"" + text + "\" is not a number, as in 7.5");
    spec.set_guidance(guidance);
    return {};
}

Result<> set_seed(const std::string& text, v1::RenderSpec& spec) {
    if (text.empty()) return {};
    std::uint64_t seed = 0;
    if (!parse(text, seed))
        return bad("seed", "\"" + text + "\" is not a whole number from 0 to 18446744073709551615");
    spec.set_seed(seed);
    return {};
}

Result<> set_count(const std::string& text, v1::SubmitRequest& request) {
    if (text.empty()) return {};
    std::uint32_t count = 0;
    if (!parse(text, count) || count == 0)
        return bad("count",
                   "\"" + text + "\" is not a number from 1 to " + std::to_string(job::kMaxCount));
    request.set_count(count);
    return {};
}

Result<std::uint64_t> time_in(const char* field, const std::string& text) {
    if (text.empty()) return 0;
    const auto time = text::parse_duration(text);
    if (!time) return bad(field, time.error().message);
    return static_cast<std::uint64_t>(time->count());
}

Result<> set_timing(const RenderOptions& options, v1::SubmitRequest& request) {
    const auto start_in = time_in("start-in", options.start_in);
    if (!start_in) return Failure{start_in.error()};
    request.set_start_in_ms(*start_in);
    const auto expires_in = time_in("expires-in", options.expires_in);
    if (!expires_in) return Failure{expires_in.error()};
    request.set_expires_in_ms(*expires_in);
    std::int32_t priority = 0;
    if (!options.priority.empty() && !parse(options.priority, priority))
        return bad("priority", "\"" + options.priority + "\" is not a number from -" +
                                   std::to_string(job::kMaxPriority) + " to " +
                                   std::to_string(job::kMaxPriority));
    request.set_priority(priority);
    return {};
}

}  // namespace

void add_render_options(CLI::App& app, RenderOptions& options) {
    app.add_option("PROMPT", options.prompt, "What the picture shows")->required();
    app.add_option("--model", options.model, "A model of the pool (`gotong models list`)");
    app.add_option("--negative", options.negative, "What the picture must not show");
    app.add_option("--size", options.size, "WIDTHxHEIGHT in pixels (default: the model's own)");
    app.add_option("--steps", options.steps, "Denoising steps, 1 to 150");
    app.add_option("--guidance", options.guidance, "How closely to follow the prompt, 0 to 30");
    app.add_option("--sampler", options.sampler,
                   "How to get there, by any usual name (`gotong models list` has all)");
    app.add_option("--schedule", options.schedule, "Where to stop on the way: karras, normal, ...");
    app.add_option("--seed", options.seed, "The same seed draws the same picture");
    app.add_option("--count", options.count,
                   "How many pictures, 1 to 16, with seeds that count up");
    app.add_flag("--private", options.is_private,
                 "Keep the prompt out of the picture and its receipt");
    app.add_option("--start-in", options.start_in,
                   "Not before this time has passed: 90s, 15m, 2h, 3d; at most 7d");
    app.add_option("--expires-in", options.expires_in,
                   "Given up when nobody has rendered it by then (default: the pool's limit)");
    app.add_option("--priority", options.priority,
                   "-100 to 100: which of your own jobs goes first");
    add_original_options(app, options.original);
}

Result<v1::SubmitRequest> to_request(const RenderOptions& options,
                                     const std::string& idempotency_key) {
    v1::SubmitRequest request;
    request.set_idempotency_key(idempotency_key);
    v1::RenderSpec& spec = *request.mutable_spec();
    Result<> valid = check_text("prompt", options.prompt);
    if (valid) valid = check_text("negative", options.negative);
    if (valid) valid = check_text("model", options.model);
    if (valid) valid = check_text("sampler", options.sampler);
    if (valid) valid = check_text("schedule", options.schedule);
    if (valid) valid = set_size(options.size, spec);
    if (valid) valid = set_steps(options.steps, spec);
    if (valid) valid = set_guidance(options.guidance, spec);
    if (valid) valid = set_seed(options.seed, spec);
    if (valid) valid = set_count(options.count, request);
    if (valid) valid = set_timing(options, request);
    if (!valid) return Failure{valid.error()};
    spec.set_prompt(options.prompt);
    spec.set_negative_prompt(options.negative);
    spec.set_model(options.model);
    spec.set_sampler(options.sampler);
    spec.set_schedule(options.schedule);
    spec.set_private_(options.is_private);
    return request;
}

}  // namespace gotong::cli
