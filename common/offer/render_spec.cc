#include "common/offer/render_spec.h"

#include <array>
#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>

#include "common/bytes.h"
#include "common/crypto/sha256.h"
#include "common/json/reader.h"
#include "common/offer/spec_text.h"

namespace gotong {
namespace {

constexpr std::array kSpecKeys{"guidance", "height",  "model",  "negativePrompt",
                               "original", "private", "prompt", "sampler",
                               "schedule", "seed",    "steps",  "width"};
constexpr std::array kOriginalKeys{"mask", "picture", "strength", "strengthRule"};

bool read_private(const nlohmann::json& json, json::Reader& reader) {
    const auto found = json.find("private");
    if (found != json.end() && found->is_boolean()) return found->get<bool>();
    reader.reject("private", "must be true or false");
    return false;
}

nlohmann::json json_of(const Original& original) {
    nlohmann::json json{{"picture", crypto::to_hex(original.picture)},
                        {"strength", decimal_text(original.strength)},
                        {"strengthRule", sampling::name_of(original.rule)}};
    if (original.mask) json["mask"] = crypto::to_hex(*original.mask);
    return json;
}

Original read_original(json::Reader reader) {
    reader.allow_only(kOriginalKeys);
    Original original;
    if (reader.has("mask")) original.mask = reader.digest("mask");
    original.picture = reader.digest("picture");
    original.strength = reader.decimal_text("strength");
    const auto rule = sampling::strength_rule_named(reader.text("strengthRule"));
    if (!rule) reader.reject("strengthRule", rule.error().message);
    original.rule = rule.value_or(sampling::StrengthRule::a1111);
    return original;
}

}  // namespace

std::uint32_t steps_made(const RenderSpec& spec) {
    if (!spec.original) return spec.steps;
    return sampling::steps_made(spec.original->rule, spec.steps, spec.original->strength);
}

nlohmann::json to_json(const RenderSpec& spec) {
    nlohmann::json json{{"guidance", decimal_text(spec.guidance)},
                        {"height", spec.height},
                        {"model", spec.model},
                        {"negativePrompt", spec.negative_prompt},
                        {"private", spec.is_private},
                        {"prompt", spec.prompt},
                        {"sampler", spec.sampler},
                        {"schedule", spec.schedule},
                        {"seed", std::to_string(spec.seed)},
                        {"steps", spec.steps},
                        {"width", spec.width}};
    if (spec.original) json["original"] = json_of(*spec.original);
    return json;
}

Result<RenderSpec> render_spec_from_json(const nlohmann::json& json) {
    std::optional<Error> wrong;
    json::Reader reader(json, wrong);
    if (wrong) return Failure{*wrong};
    reader.allow_only(kSpecKeys);

    RenderSpec spec;
    spec.guidance = reader.decimal_text("guidance");
    spec.height = reader.u32("height");
    spec.model = reader.text("model");
    spec.negative_prompt = reader.text("negativePrompt");
    if (reader.has("original")) spec.original = read_original(reader.object("original"));
    spec.is_private = read_private(json, reader);
    spec.prompt = reader.text("prompt");
    spec.sampler = reader.text("sampler");
    spec.schedule = reader.text("schedule");
    spec.seed = reader.u64_text("seed");
    spec.steps = reader.u32("steps");
    spec.width = reader.u32("width");
    if (wrong) return Failure{*wrong};
    return spec;
}

Digest spec_sha256(const RenderSpec& spec) { return crypto::sha256(as_bytes(spec_text(spec))); }

std::string decimal_text(double value) {
    std::array<char, 400> text;  // The longest double takes 309 digits before its point.
    const auto [end, error] =
        std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
    return error == std::errc{} ? std::string(text.data(), end) : std::string("0");
}

}  // namespace gotong
