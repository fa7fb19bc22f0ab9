#include "worker/models/local_models.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "common/model/model_folder.h"
#include "common/model/model_view.h"

namespace gotong::models {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kShownDigits = 16;

std::string short_hex(const Digest& digest) {
    return crypto::to_hex(digest).substr(0, kShownDigits);
}

}  // namespace

LocalModels::LocalModels(fs::path cache_file)
    : cache_file_(std::move(cache_file)), cache_(model::DigestCache::load(cache_file_)) {}

Result<model::ModelManifest> LocalModels::read(const fs::path& path, WallTime now) {
    auto manifest = model::read_model_folder(path, {}, cache_, now);
    // A cache that cannot be saved costs time at the next start, no more.
    [[maybe_unused]] const Result<> saved = cache_.save(cache_file_);
    return manifest;
}

Result<std::vector<std::string>> LocalModels::scan(const fs::path& root, WallTime now) {
    std::error_code error;
    const fs::path absolute = fs::canonical(root, error);
    if (error) return fail(ErrorCode::not_found, root.string() + ": " + error.message());
    const auto found = model::models_in(absolute);
    if (!found) return Failure{found.error()};
    models_.clear();
    std::vector<std::string> unusable;
    for (const fs::path& path : *found) {
        auto manifest = read(path, now);
        if (manifest)
            models_.push_back({path, std::move(*manifest)});
        else
            unusable.push_back(path.string() + ": " + manifest.error().message);
    }
    return unusable;
}

Result<LocalModel> LocalModels::verify(const std::string& digest_hex, WallTime now) {
    const auto known = std::ranges::find_if(models_, [&](const LocalModel& local) {
        return crypto::to_hex(model::digest(local.manifest)) == digest_hex;
    });
    if (known == models_.end())
        return fail(ErrorCode::not_found, "no model with digest " + digest_hex + " is here");
    const auto now_there = read(known->folder, now);
    if (!now_there) return fail(ErrorCode::data_loss, now_there.error().message);
    const std::string difference = first_difference(known->manifest, *now_there);
    if (difference.empty()) return *known;
    return fail(ErrorCode::data_loss, difference + "; restore the file and start the worker again");
}

std::string first_difference(const model::ModelManifest& expected,
                             const model::ModelManifest& found) {
    const std::string model = "model " + expected.name + ": ";
    for (const model::ModelFile& file : expected.files) {
        const auto same = std::ranges::find(found.files, file.path, &model::ModelFile::path);
        if (same == found.files.end()) return model + file.path + " is missing";
        if (same->sha256 != file.sha256)
            return model + file.path + " is " + short_hex(same->sha256) + ".., expected " +
                   short_hex(file.sha256) + "..";
    }
    for (const model::ModelFile& file : found.files) {
        if (std::ranges::find(expected.files, file.path, &model::ModelFile::path) ==
            expected.files.end())
            return model + file.path + " is not expected";
    }
    return {};
}

}  // namespace gotong::models
