#include "worker/renderer/dump.h"

#include <array>
#include <string>
#include <system_error>

namespace gotong::renderer {

void Dump::add(const std::string& name, const engine::TensorView& view) {
    if (!view.values.empty()) tensors_.add(name, view.shape, view.values);
}

void Dump::add_ids(const std::string& name, std::span<const std::int64_t> ids) {
    const std::array<std::int64_t, 2> shape{1, static_cast<std::int64_t>(ids.size())};
    if (!ids.empty()) tensors_.add(name, shape, ids);
}

void Dump::add_text(const std::string& whose, const engine::Conditioning::Text& text) {
    add_ids(whose + "_ids", text.ids);
    add_ids(whose + "_ids_2", text.ids_2);
    add(whose + "_embeds", text.embeds);
    add(whose + "_pooled", text.pooled);
}

void Dump::on_conditioning(const engine::Conditioning& conditioning) {
    add_text("prompt", conditioning.prompt);
    add_text("negative", conditioning.negative);
    add("time_ids", conditioning.sizes);
}

void Dump::on_model_output(int step, const engine::TensorView& output) {
    add("unet_out_" + std::to_string(step - 1), output);
}

void Dump::on_original(const engine::TensorView& latent) { add("original", latent); }

void Dump::on_latent(const engine::StepView& view) {
    add("latents_" + std::to_string(view.step), view.latent);
}

void Dump::on_image(const engine::TensorView& image) { add("image", image); }

Result<> Dump::write(const std::filesystem::path& folder) const {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error)
        return fail(ErrorCode::unavailable,
                    "cannot make " + folder.string() + ": " + error.message());
    return tensors_.write(folder / "dump.safetensors");
}

}  // namespace gotong::renderer
