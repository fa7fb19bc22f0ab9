#include "common/model/model_folder.h"

#include <algorithm>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "common/model/family.h"
#include "common/model/licence.h"
#include "common/model/model_view.h"
#include "common/model/sizes.h"
#include "common/text/plain_name.h"

namespace gotong::model {
namespace {

namespace fs = std::filesystem;

bool is_inside(const fs::path& file, const fs::path& folder) {
    const auto [end, rest] = std::mismatch(folder.begin(), folder.end(), file.begin(), file.end());
    return end == folder.end() && rest != file.end();
}

Result<ModelFile> read_file(const fs::path& folder, const std::string& path, DigestCache& cache,
                            WallTime now) {
    std::error_code failed;
    const fs::path real = fs::canonical(folder / path, failed);
    if (failed) {
        return fail(ErrorCode::not_found,
                    "the model has no " + path + " (" + failed.message() + ")");
    }
    if (!is_inside(real, folder)) {
        return fail(ErrorCode::permission_denied,
                    path +
                        " is a link to a place outside the model's folder; copy the model with "
                        "its links followed: cp -rL");
    }
    if (!fs::is_regular_file(real, failed)) {
        return fail(ErrorCode::invalid_argument, path + " is not a regular file");
    }
    const std::uint64_t size = fs::file_size(real, failed);
    if (failed) return fail(ErrorCode::data_loss, "inspect " + path + ": " + failed.message());
    const Result<Digest> digest = cache.digest_of(real, now);
    if (!digest) return Failure{digest.error()};
    return ModelFile{path, size, *digest};
}

// The folder's own name, or that of the checkpoint in a folder it shares; in lower case.
std::string default_name(const ModelView& view) {
    std::string name = view.has_own_folder() ? view.folder().filename().string()
                                             : fs::path(view.checkpoint_file()).stem().string();
    std::transform(name.begin(), name.end(), name.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return name;
}

Result<std::string> name_for(const ModelView& view, const FolderOptions& options) {
    const std::string name = options.name.empty() ? default_name(view) : options.name;
    if (text::is_plain_name(name)) return name;
    return fail(ErrorCode::invalid_argument,
                "\"" + name +
                    "\" cannot be a model's name: it must have 1 to 64 of a-z, 0-9, '.', "
                    "'_', '-' and begin with a letter or digit; rename it or give another name",
                "name");
}

Result<std::string> licence_for(const ModelView& view, const FolderOptions& options) {
    if (options.licence.size() > kMaxLicence) {
        return fail(ErrorCode::invalid_argument,
                    "a licence's name may have at most 200 bytes, not " +
                        std::to_string(options.licence.size()),
                    "licence");
    }
    if (!options.licence.empty()) return options.licence;
    // A card in a folder of several models says nothing about each.
    return view.has_own_folder() ? licence_in(view.folder()) : "not stated";
}

Result<std::vector<std::string>> paths_of(const ModelView& view, const std::string& family) {
    const FamilyParts parts = parts_of(family);
    auto paths = view.files(parts.weights, parts.tokenizers);
    if (paths && paths->size() > kMaxFiles)
        return fail(ErrorCode::resource_exhausted,
                    "the model has " + std::to_string(paths->size()) + " files; at most " +
                        std::to_string(kMaxFiles) + " fit a manifest");
    return paths;
}

}  // namespace

Result<ModelManifest> read_model_folder(const fs::path& given, const FolderOptions& options,
                                        DigestCache& cache, WallTime now) {
    const auto view = ModelView::open(given);
    if (!view) return Failure{view.error()};
    ModelManifest manifest;
    auto family = family_of(*view);
    if (!family) return Failure{family.error()};
    auto name = name_for(*view, options);
    if (!name) return Failure{name.error()};
    auto licence = licence_for(*view, options);
    if (!licence) return Failure{licence.error()};
    manifest.name = *std::move(name);
    manifest.family = *std::move(family);
    manifest.licence = *std::move(licence);
    if (Result<> sizes = fill_sizes(*view, manifest); !sizes) return Failure{sizes.error()};
    const auto paths = paths_of(*view, manifest.family);
    if (!paths) return Failure{paths.error()};
    for (const std::string& path : *paths) {
        Result<ModelFile> file = read_file(view->folder(), path, cache, now);
        if (!file) return Failure{file.error()};
        manifest.files.push_back(*std::move(file));
    }
    return manifest;
}

}  // namespace gotong::model
