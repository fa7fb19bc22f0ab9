// A catalogue entry keeps the model's manifest as JSON; the wire spells its fields out.
#include <algorithm>

#include "common/bytes.h"
#include "common/model/manifest.h"
#include "coordinator/rpc/convert.h"

namespace gotong::rpc {
namespace {

constexpr int kChannels = 3;  // Red, green, blue.

Result<model::ModelManifest> manifest_from(const v1::Model& wire) {
    model::ModelManifest manifest{.name = wire.name(),
                                  .family = wire.family(),
                                  .files = {},
                                  .licence = wire.licence(),
                                  .default_width = wire.default_width(),
                                  .default_height = wire.default_height(),
                                  .size_multiple = wire.size_multiple(),
                                  .max_width = wire.max_width(),
                                  .max_height = wire.max_height()};
    for (const v1::ModelFile& file : wire.files()) {
        model::ModelFile added{.path = file.path(), .size = file.size(), .sha256 = {}};
        if (file.sha256().size() != added.sha256.size()) {
            return fail(ErrorCode::invalid_argument, "a SHA-256 has 32 bytes", "files.sha256");
        }
        std::ranges::copy(as_bytes(file.sha256()), added.sha256.begin());
        manifest.files.push_back(std::move(added));
    }
    std::ranges::sort(manifest.files, {}, &model::ModelFile::path);
    return model::manifest_from_json(model::to_json(manifest));  // Its rules are the only ones.
}

Result<> check_preview(const v1::LatentToRgb& preview) {
    const bool none = preview.matrix().empty() && preview.bias().empty();
    const bool whole = !preview.matrix().empty() && preview.matrix_size() % kChannels == 0 &&
                       preview.bias_size() == kChannels;
    if (none || whole) return {};
    return fail(ErrorCode::invalid_argument,
                "preview must hold a row of 3 for each latent channel and a bias of 3, or nothing",
                "preview");
}

}  // namespace

Result<store::CatalogueModel> model_from(const v1::Model& wire) {
    const auto manifest = manifest_from(wire);
    if (!manifest) return Failure(manifest.error());
    if (auto sound = check_preview(wire.preview()); !sound) return Failure(sound.error());
    const crypto::Digest digest = model::digest(*manifest);
    if (!wire.digest().empty() && wire.digest() != as_text(digest)) {
        return fail(ErrorCode::invalid_argument, "digest is not that of the files", "digest");
    }
    const auto& preview = wire.preview();
    return store::CatalogueModel{
        .name = manifest->name,
        .manifest_json = model::to_json(*manifest),
        .digest = crypto::to_hex(digest),
        .preview_matrix = {preview.matrix().begin(), preview.matrix().end()},
        .preview_bias = {preview.bias().begin(), preview.bias().end()}};
}

v1::Model to_wire(const store::CatalogueModel& model) {
    v1::Model wire;
    wire.set_name(model.name);
    wire.set_digest(raw_digest(model.digest));
    wire.mutable_preview()->mutable_matrix()->Add(model.preview_matrix.begin(),
                                                  model.preview_matrix.end());
    wire.mutable_preview()->mutable_bias()->Add(model.preview_bias.begin(),
                                                model.preview_bias.end());
    const auto manifest = model::manifest_from_json(model.manifest_json);
    if (!manifest) return wire;  // Written by model_from(); a name without files says enough.
    wire.set_family(manifest->family);
    wire.set_licence(manifest->licence);
    wire.set_default_width(manifest->default_width);
    wire.set_default_height(manifest->default_height);
    wire.set_size_multiple(manifest->size_multiple);
    wire.set_max_width(manifest->max_width);
    wire.set_max_height(manifest->max_height);
    for (const model::ModelFile& file : manifest->files) {
        auto* added = wire.add_files();
        added->set_path(file.path);
        added->set_size(file.size);
        added->set_sha256(std::string(as_text(file.sha256)));
    }
    return wire;
}

v1::Sampler to_wire(const sampling::SamplerFacts& sampler) {
    v1::Sampler wire;
    wire.set_name(std::string(sampler.name));
    std::string_view before = sampler.name;  // Neighbours are often called the same.
    for (const auto alias : {sampler.a1111, sampler.comfyui, sampler.ai_horde, sampler.diffusers}) {
        if (alias.empty() || alias == before || alias == sampler.name) continue;
        wire.add_aliases(std::string(alias));
        before = alias;
    }
    for (const auto& schedule : sampling::schedules())
        if (sampling::takes(sampler.kind, schedule.kind))
            wire.add_schedules(std::string(schedule.name));
    wire.set_default_schedule(std::string(sampling::facts(sampler.schedule).name));
    wire.set_calls_per_step(static_cast<std::uint32_t>(sampler.calls));
    wire.set_draws_noise(sampler.draws_noise);
    return wire;
}

}  // namespace gotong::rpc
