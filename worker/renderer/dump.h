// Everything a picture went through, as tensors in one safetensors file, for comparison with
// another implementation. The keys are listed in docs/engine.md.
#pragma once

#include <filesystem>

#include "common/result.h"
#include "worker/engine/request/request.h"
#include "worker/engine/weights/safetensors_writer.h"

namespace gotong::renderer {

class Dump final : public engine::Observer {
  public:
    void on_conditioning(const engine::Conditioning& conditioning) override;
    bool wants_model_output(int step) const override { return step == 1; }
    void on_model_output(int step, const engine::TensorView& output) override;
    void on_original(const engine::TensorView& latent) override;
    void on_latent(const engine::StepView& view) override;
    void on_image(const engine::TensorView& image) override;

    // `folder`/dump.safetensors; makes the folder. Error: unavailable, with the path.
    Result<> write(const std::filesystem::path& folder) const;

  private:
    void add(const std::string& name, const engine::TensorView& view);
    void add_text(const std::string& whose, const engine::Conditioning::Text& text);
    void add_ids(const std::string& name, std::span<const std::int64_t> ids);

    engine::SafetensorsWriter tensors_;
};

}  // namespace gotong::renderer
