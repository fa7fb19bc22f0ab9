#include "coordinator/archive/manifest.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/json/reader.h"
#include "common/json/strict.h"
#include "common/text/rfc3339.h"

namespace gotong::archive {
namespace {

using nlohmann::ordered_json;

constexpr std::uint32_t kFormat = 1;
constexpr std::size_t kMaxFiles = 64;
constexpr std::size_t kMaxLost = 100'000;

ordered_json json_of(const ArchivedFile& file) {
    return {{"path", file.path},
            {"size", std::to_string(file.size)},
            {"sha256", crypto::to_hex(file.sha256)}};
}

// Relative, and nothing of it leads upwards.
bool stays_inside(std::string_view path) {
    return !path.empty() && path.front() != '/' && path.find("..") == std::string_view::npos;
}

std::vector<ArchivedFile> files_in(json::Reader& root) {
    std::vector<ArchivedFile> files;
    for (json::Reader& file : root.objects("files", kMaxFiles)) {
        files.push_back({file.text("path"), file.u64_text("size"), file.digest("sha256")});
        if (!stays_inside(files.back().path)) file.reject("path", "must stay inside the folder");
    }
    return files;
}

std::vector<crypto::Digest> lost_in(json::Reader& root) {
    std::vector<crypto::Digest> lost;
    for (const std::string& hex : root.texts("lost", kMaxLost)) {
        const auto sha256 = crypto::digest_from_hex(hex);
        if (!sha256) root.reject("lost", "must name digests");
        lost.push_back(sha256.value_or(crypto::Digest{}));
    }
    return lost;
}

}  // namespace

std::string to_json(const Manifest& manifest) {
    auto files = ordered_json::array();
    for (const ArchivedFile& file : manifest.files) files.push_back(json_of(file));
    auto lost = ordered_json::array();
    for (const crypto::Digest& sha256 : manifest.lost) lost.push_back(crypto::to_hex(sha256));
    const ordered_json json{{"format", kFormat},
                            {"pool", manifest.pool},
                            {"taken", text::to_rfc3339(manifest.taken)},
                            {"pictures", std::to_string(manifest.pictures)},
                            {"uploads", std::to_string(manifest.uploads)},
                            {"files", std::move(files)},
                            {"lost", std::move(lost)}};
    return json.dump(2) + "\n";
}

Result<Manifest> manifest_from_json(std::string_view text) {
    const auto json = json::parse_strict(text, {.bytes = kMaxManifest});
    if (!json) return Failure{json.error()};
    std::optional<Error> wrong;
    json::Reader root(*json, wrong);
    const std::uint32_t format = root.u32("format");
    if (!wrong && format > kFormat) {
        return fail(
            ErrorCode::failed_precondition,
            "a newer Gotong wrote this backup; restore it with that version or a later one");
    }
    Manifest manifest{.pool = root.text("pool"),
                      .taken = root.time("taken"),
                      .pictures = root.u64_text("pictures"),
                      .uploads = root.u64_text("uploads"),
                      .files = files_in(root),
                      .lost = lost_in(root)};
    if (wrong) return Failure{*wrong};
    return manifest;
}

}  // namespace gotong::archive
