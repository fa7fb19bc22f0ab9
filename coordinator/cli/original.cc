#include "coordinator/cli/original.h"

#include <charconv>
#include <nlohmann/json.hpp>

#include "common/crypto/sha256.h"
#include "common/file/file.h"
#include "common/picture/decode/fit.h"
#include "common/sampling/strength.h"
#include "coordinator/job/limits.h"

namespace gotong::cli {
namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20U;

Failure bad(const std::string& option, const std::string& message) {
    return fail(ErrorCode::invalid_argument, option + ": " + message, option);
}

Result<std::string> read_file(const std::string& option, const std::string& path) {
    auto bytes = file::read_small(path, picture::kMaxFileBytes);
    if (bytes) return bytes;
    switch (bytes.error().code) {
        case ErrorCode::not_found:
            return bad(option, "there is no file " + path);
        case ErrorCode::resource_exhausted:
            return bad(option, path + " has more than " +
                                   std::to_string(picture::kMaxFileBytes / kMiB) +
                                   " MiB, the most that is taken; a smaller copy will do");
        default:
            return bad(option, bytes.error().message);
    }
}

Result<OriginalFile> read_picture(const std::string& option, const std::string& path) {
    auto bytes = read_file(option, path);
    if (!bytes) return Failure{bytes.error()};
    const auto decoded = picture::decode(as_bytes(*bytes));
    if (!decoded) return bad(option, path + ": " + decoded.error().message);
    const Digest sha256 = crypto::sha256(as_bytes(*bytes));
    return OriginalFile{std::move(*bytes), sha256, decoded->size};
}

std::string spelled(const picture::Size& size) {
    return std::to_string(size.width) + "x" + std::to_string(size.height);
}

Result<> set_strength(const OriginalOptions& options, v1::RenderSpec& spec) {
    const auto rule = sampling::strength_rule_named(options.strength_rule);
    if (!rule)
        return bad("strength-rule",
                   "\"" + options.strength_rule + "\" is not known; it is a1111 or diffusers");
    double strength = sampling::kDefaultStrength;
    const char* const end = options.strength.data() + options.strength.size();
    if (!options.strength.empty()) {
        const auto [at, error] = std::from_chars(options.strength.data(), end, strength);
        if (error != std::errc{} || at != end)
            return bad("strength", "\"" + options.strength + "\" is not a number from 0 to 1");
    }
    const std::uint32_t steps = spec.has_steps() ? spec.steps() : job::kDefaultSteps;
    if (const auto fits = sampling::check_strength(*rule, steps, strength); !fits) return fits;
    spec.mutable_original()->set_strength(strength);
    spec.mutable_original()->set_strength_rule(std::string{sampling::name_of(*rule)});
    return {};
}

// What is said of a picture to begin with is refused where there is none.
Result<> check_alone(const OriginalOptions& options) {
    const auto without = [](const char* option) {
        return bad(option, "there is no picture to begin with; name one with --from");
    };
    if (!options.mask.empty()) return without("mask");
    if (!options.strength.empty()) return without("strength");
    if (!options.strength_rule.empty()) return without("strength-rule");
    return {};
}

}  // namespace

void add_original_options(CLI::App& app, OriginalOptions& options) {
    app.add_option("--from", options.from,
                   "A picture to begin with: a PNG, JPEG or WebP file, at most 16 MiB");
    app.add_option("--mask", options.mask,
                   "Paint anew only where this picture, of the same size, is white");
    app.add_option("--strength", options.strength,
                   "How much of the picture to paint anew, 0 to 1 (default: 0.75)");
    app.add_option("--strength-rule", options.strength_rule,
                   "Whose strength that is: a1111 (default) or diffusers");
}

Result<std::vector<OriginalFile>> read_original(const OriginalOptions& options,
                                                v1::RenderSpec& spec) {
    std::vector<OriginalFile> files;
    if (options.from.empty()) {
        if (const auto alone = check_alone(options); !alone) return Failure{alone.error()};
        return files;
    }
    if (const auto set = set_strength(options, spec); !set) return Failure{set.error()};
    auto picture = read_picture("from", options.from);
    if (!picture) return Failure{picture.error()};
    spec.mutable_original()->set_picture_sha256(std::string{as_text(picture->sha256)});
    files.push_back(std::move(*picture));
    if (options.mask.empty()) return files;
    auto mask = read_picture("mask", options.mask);
    if (!mask) return Failure{mask.error()};
    const picture::Size size = files.front().size;
    if (mask->size != size)
        return bad("mask", options.mask + " is " + spelled(mask->size) +
                               "; it must have the size of " + options.from + ", " + spelled(size));
    spec.mutable_original()->set_mask_sha256(std::string{as_text(mask->sha256)});
    files.push_back(std::move(*mask));
    return files;
}

std::string cut_away(const picture::Size& given, std::uint32_t width, std::uint32_t height) {
    const picture::Size job{width, height};
    if (width == 0 || height == 0 || picture::middle(given, job).size == given) return {};
    return "The picture to begin with is " + spelled(given) + ", the job " + spelled(job) +
           ": its middle is used. Other proportions: --size.";
}

nlohmann::ordered_json original_json(const v1::RenderSpec& spec) {
    if (!spec.has_original()) return nullptr;
    const v1::OriginalSpec& original = spec.original();
    nlohmann::ordered_json object{
        {"picture_sha256", crypto::to_hex(as_bytes(original.picture_sha256()))}};
    if (!original.mask_sha256().empty())
        object["mask_sha256"] = crypto::to_hex(as_bytes(original.mask_sha256()));
    object["strength"] = original.strength();
    object["strength_rule"] = original.strength_rule();
    return object;
}

}  // namespace gotong::cli
