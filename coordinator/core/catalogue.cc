#include "coordinator/core/catalogue.h"

#include <algorithm>

#include "common/crypto/digest.h"
#include "common/model/family.h"
#include "common/model/manifest.h"
#include "coordinator/job/limits.h"

namespace gotong::core {
namespace {

constexpr std::size_t kShownDigits = 12;  // Of a digest in a sentence.

// Where `name` is or belongs.
template <class Model>
auto position(std::vector<Model>& models, std::string_view name) {
    return std::lower_bound(models.begin(), models.end(), name,
                            [](const Model& model, std::string_view n) { return model.name < n; });
}

template <class Model>
void put_in(std::vector<Model>& models, const Model& model) {
    const auto at = position(models, model.name);
    if (at != models.end() && at->name == model.name) {
        *at = model;
    } else {
        models.insert(at, model);
    }
}

template <class Model>
void remove_from(std::vector<Model>& models, std::string_view name) {
    const auto at = position(models, name);
    if (at != models.end() && at->name == name) models.erase(at);
}

std::string refusal(const roster::OfferedModel& offered, const store::CatalogueModel* model) {
    if (!model) return offered.name + ": this pool does not render with it";
    return offered.name + ": this pool's weights are " + model->digest.substr(0, kShownDigits) +
           "..., yours are " + offered.digest.substr(0, kShownDigits) + "...";
}

std::uint64_t bytes_of(const model::ModelManifest& manifest) {
    std::uint64_t bytes = 0;
    for (const model::ModelFile& file : manifest.files) bytes += file.size;
    return bytes;
}

}  // namespace

Result<job::ModelFacts> facts_of(const store::CatalogueModel& model) {
    const auto manifest = model::manifest_from_json(model.manifest_json);
    if (!manifest) return Failure{manifest.error().during("read the model's manifest")};
    if (manifest->name != model.name || crypto::to_hex(model::digest(*manifest)) != model.digest) {
        return fail(ErrorCode::invalid_argument,
                    "the name or digest of \"" + model.name + "\" is not its manifest's", "model");
    }
    return job::ModelFacts{.name = model.name,
                           .digest = model.digest,
                           .default_width = manifest->default_width,
                           .default_height = manifest->default_height,
                           .size_multiple = std::max(manifest->size_multiple, 1U),
                           .max_width = std::min(manifest->max_width, job::kMaxSide),
                           .max_height = std::min(manifest->max_height, job::kMaxSide),
                           .bytes = bytes_of(*manifest),
                           .needs_original = model::is_for_inpainting(manifest->family)};
}

void Catalogue::put(const store::CatalogueModel& model) {
    const auto facts = facts_of(model);
    if (!facts) return;
    put_in(models_, model);
    put_in(facts_, *facts);
}

void Catalogue::remove(std::string_view name) {
    remove_from(models_, name);
    remove_from(facts_, name);
}

const store::CatalogueModel* Catalogue::find(std::string_view name) const {
    const auto found = std::find_if(models_.begin(), models_.end(),
                                    [&](const auto& model) { return model.name == name; });
    return found == models_.end() ? nullptr : &*found;
}

bool Catalogue::has_weights(std::string_view digest) const {
    return std::any_of(models_.begin(), models_.end(),
                       [&](const auto& model) { return model.digest == digest; });
}

std::set<std::string> Catalogue::usable(const std::vector<roster::OfferedModel>& offered) const {
    std::set<std::string> usable;
    for (const roster::OfferedModel& model : offered) {
        const store::CatalogueModel* ours = find(model.name);
        if (ours && ours->digest == model.digest) usable.insert(model.digest);
    }
    return usable;
}

std::vector<std::string> Catalogue::refusals(
    const std::vector<roster::OfferedModel>& offered) const {
    std::vector<std::string> refusals;
    for (const roster::OfferedModel& model : offered) {
        const store::CatalogueModel* ours = find(model.name);
        if (!ours || ours->digest != model.digest) refusals.push_back(refusal(model, ours));
    }
    return refusals;
}

}  // namespace gotong::core
