#include "common/model/manifest.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "common/json/reader.h"
#include "common/json/strict.h"
#include "common/text/plain_name.h"

namespace gotong::model {
namespace {

bool is_path_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
}

bool is_segment(std::string_view segment) {
    return !segment.empty() && segment.front() != '.' && segment.front() != '-' &&
           std::all_of(segment.begin(), segment.end(), is_path_character);
}

std::vector<ModelFile> read_files(json::Reader& reader) {
    std::vector<ModelFile> files;
    for (json::Reader& file : reader.objects("files", kMaxFiles)) {
        files.push_back({file.text("path"), file.u64_text("size"), file.digest("sha256")});
        if (!is_model_path(files.back().path)) file.reject("path", "must stay inside the folder");
    }
    const auto out_of_order = [](const ModelFile& a, const ModelFile& b) {
        return a.path >= b.path;
    };
    if (files.empty()) reader.reject("files", "must name at least one file");
    if (std::adjacent_find(files.begin(), files.end(), out_of_order) != files.end()) {
        reader.reject("files", "must be in ascending order of their paths, each once");
    }
    return files;
}

void check_sizes(json::Reader& reader, const ModelManifest& manifest) {
    const auto fits = [&](std::uint32_t side, std::uint32_t most) {
        return side >= 1 && side <= most && side % manifest.size_multiple == 0;
    };
    if (manifest.size_multiple == 0) {
        reader.reject("sizeMultiple", "must be at least 1");
        return;
    }
    if (!fits(manifest.default_width, manifest.max_width) ||
        !fits(manifest.default_height, manifest.max_height)) {
        reader.reject("defaultWidth",
                      "and defaultHeight must be multiples within the largest size");
    }
}

}  // namespace

std::vector<FileDigest> files_of(const ModelManifest& manifest) {
    std::vector<FileDigest> files;
    for (const ModelFile& file : manifest.files) files.push_back({file.path, file.sha256});
    return files;
}

Digest digest(const ModelManifest& manifest) { return digest_of(files_of(manifest)); }

bool is_model_path(std::string_view path) {
    if (path.size() > kMaxPath) return false;
    for (;;) {
        const std::size_t slash = path.find('/');
        if (!is_segment(path.substr(0, slash))) return false;
        if (slash == std::string_view::npos) return true;
        path.remove_prefix(slash + 1);
    }
}

std::string to_json(const ModelManifest& manifest) {
    auto files = nlohmann::ordered_json::array();
    for (const ModelFile& file : manifest.files) {
        files.push_back(nlohmann::ordered_json{{"path", file.path},
                                               {"size", std::to_string(file.size)},
                                               {"sha256", crypto::to_hex(file.sha256)}});
    }
    const nlohmann::ordered_json json{{"name", manifest.name},
                                      {"family", manifest.family},
                                      {"licence", manifest.licence},
                                      {"defaultWidth", manifest.default_width},
                                      {"defaultHeight", manifest.default_height},
                                      {"sizeMultiple", manifest.size_multiple},
                                      {"maxWidth", manifest.max_width},
                                      {"maxHeight", manifest.max_height},
                                      {"files", std::move(files)}};
    return json.dump();
}

Result<ModelManifest> manifest_from_json(std::string_view text) {
    const Result<nlohmann::json> json = json::parse_strict(text, {.bytes = kMaxManifestText});
    if (!json) return Failure{json.error().during("model manifest")};
    std::optional<Error> wrong;
    json::Reader reader(*json, wrong);
    ModelManifest manifest{
        reader.text("name"),        reader.text("family"),      read_files(reader),
        reader.text("licence"),     reader.u32("defaultWidth"), reader.u32("defaultHeight"),
        reader.u32("sizeMultiple"), reader.u32("maxWidth"),     reader.u32("maxHeight")};
    if (!text::is_plain_name(manifest.name) || !text::is_plain_name(manifest.family)) {
        reader.reject("name", "and family must be plain names: a-z, 0-9, '.', '_', '-'");
    }
    if (manifest.licence.size() > kMaxLicence) {
        reader.reject("licence", "may have at most 200 bytes");
    }
    check_sizes(reader, manifest);
    if (wrong) return Failure{wrong->during("model manifest")};
    return manifest;
}

}  // namespace gotong::model
