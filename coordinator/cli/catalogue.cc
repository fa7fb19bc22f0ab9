#include "coordinator/cli/catalogue.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/json/strict.h"
#include "coordinator/cli/admin.h"
#include "coordinator/cli/child.h"
#include "coordinator/cli/creator.h"

namespace gotong::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxRendererWords = 64U << 10U;  // A map is one line; errors are short.
constexpr std::size_t kMaxChannels = 64;               // Of a latent; 4 to 32 exist.
constexpr std::size_t kColours = 3;

Result<model::ModelManifest> read_manifest(const fs::path& data, const fs::path& folder,
                                           const model::FolderOptions& options) {
    const fs::path cache_file = data / "model-digests.json";
    auto cache = model::DigestCache::load(cache_file);
    auto manifest = model::read_model_folder(folder, options, cache, SystemClock{}.now().wall);
    if (manifest) {
        if (const auto saved = cache.save(cache_file); !saved) return Failure{saved.error()};
    }
    return manifest;
}

v1::Model to_wire(const model::ModelManifest& manifest) {
    v1::Model wire;
    wire.set_name(manifest.name);
    wire.set_family(manifest.family);
    wire.set_digest(std::string{as_text(model::digest(manifest))});
    for (const model::ModelFile& file : manifest.files) {
        v1::ModelFile& out = *wire.add_files();
        out.set_path(file.path);
        out.set_size(file.size);
        out.set_sha256(std::string{as_text(file.sha256)});
    }
    wire.set_licence(manifest.licence);
    wire.set_default_width(manifest.default_width);
    wire.set_default_height(manifest.default_height);
    wire.set_size_multiple(manifest.size_multiple);
    wire.set_max_width(manifest.max_width);
    wire.set_max_height(manifest.max_height);
    return wire;
}

// Whether the pool has these very weights under this name. When it cannot be found out, no: adding
// them again costs time only.
bool is_listed(const fs::path& data, const v1::Model& model) {
    const auto place = find_place({.coordinator = {}, .token = {}, .data = data.string()}, {});
    if (!place) return false;
    const auto creator = Creator::connect(*place, {.accept_new = false, .quiet = true});
    if (!creator) return false;
    const auto models = creator->ask(&CreatorStub::ListModels, v1::ListModelsRequest{});
    return models && std::ranges::any_of(models->models(), [&](const v1::Model& known) {
               return known.name() == model.name() && known.digest() == model.digest();
           });
}

// {"matrix": [[r, g, b], ...], "bias": [r, g, b]}
Result<v1::LatentToRgb> parse_map(const std::string& text) {
    const auto document = json::parse_strict(text, {.bytes = kMaxRendererWords});
    if (!document) return Failure{document.error()};
    v1::LatentToRgb map;
    try {
        for (const auto& row : document->at("matrix")) {
            for (const auto& weight : row) map.add_matrix(weight.get<float>());
        }
        for (const auto& offset : document->at("bias")) map.add_bias(offset.get<float>());
    } catch (const nlohmann::json::exception& error) {
        return fail(ErrorCode::internal, error.what());
    }
    const auto weights = static_cast<std::size_t>(map.matrix_size());
    if (map.bias_size() != kColours || weights == 0 || weights % kColours != 0 ||
        weights > kColours * kMaxChannels)
        return fail(ErrorCode::internal, "the map has another shape");
    return map;
}

Result<v1::LatentToRgb> fit_map(const fs::path& renderer, const fs::path& folder) {
    const auto fitted = run_captured({renderer.string(), "fit-preview", "--model", folder.string()},
                                     kMaxRendererWords);
    if (!fitted) return Failure{fitted.error()};
    if (fitted->status != 0)
        return fail(ErrorCode::failed_precondition,
                    "the renderer cannot use " + folder.string() + ": " + fitted->output, "folder");
    const auto last_line = fitted->output.rfind("{\"");
    auto map = last_line == std::string::npos
                   ? Result<v1::LatentToRgb>{fail(ErrorCode::internal, "it said nothing")}
                   : parse_map(fitted->output.substr(
                         last_line, fitted->output.find_last_not_of("\r\n") + 1 - last_line));
    if (!map) return Failure{map.error().during("gotong-renderer fit-preview")};
    return map;
}

}  // namespace

Result<Listed> list_model(const fs::path& data, const fs::path& folder,
                          const model::FolderOptions& options) {
    const auto admin = open_admin(data);
    if (!admin) return Failure{admin.error()};
    auto manifest = read_manifest(data, folder, options);
    if (!manifest) return Failure{manifest.error()};
    v1::AddModelRequest request;
    *request.mutable_model() = to_wire(*manifest);
    if (is_listed(data, request.model()))
        return Listed{std::move(*manifest), Listing::already_there, true};
    const auto renderer = sibling("gotong-renderer");
    if (renderer) {
        const auto map = fit_map(*renderer, folder);
        if (!map) return Failure{map.error()};
        *request.mutable_model()->mutable_preview() = *map;
    }
    const auto added = call(**admin, &AdminStub::AddModel, request);
    if (!added) return Failure{added.error()};
    return Listed{std::move(*manifest), added->replaced() ? Listing::replaced : Listing::added,
                  renderer.has_value()};
}

}  // namespace gotong::cli
