// The engine as a Painter. Keeps the model of the last job loaded.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "worker/engine/model.h"
#include "worker/renderer/protocol/painter.h"

namespace gotong::renderer {

class EnginePainter final : public Painter {
  public:
    explicit EnginePainter(engine::DeviceOptions options) : options_(options) {}

    Result<Painted> paint(const RenderJob& job, engine::Observer& observer,
                          std::stop_token stop) override;

  private:
    // Loads unless the same folder, with every file unchanged, is loaded already.
    Result<> hold(const std::filesystem::path& folder);

    engine::DeviceOptions options_;
    std::unique_ptr<engine::Model> model_;
    std::string state_;  // What model_'s folder looked like when it was loaded.
};

}  // namespace gotong::renderer
