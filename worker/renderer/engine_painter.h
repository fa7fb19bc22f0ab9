// The engine as a Painter. Keeps the model of the last job loaded; the pictures of one batch are
// made with one model.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "worker/engine/batch.h"
#include "worker/engine/model.h"
#include "worker/renderer/protocol/painter.h"

namespace gotong::renderer {

class EnginePainter final : public Painter {
  public:
    explicit EnginePainter(engine::DeviceOptions options) : options_(options) {}

    bool takes(const RenderJob& job) const override;
    Result<> join(const RenderJob& job, engine::Observer& observer, std::stop_token stop) override;
    std::vector<Ended> step() override;

  private:
    bool is_idle() const { return !batch_ || batch_->size() == 0; }
    Result<> begin_batch(const std::filesystem::path& folder);

    // Loads unless the same folder, with every file unchanged, is loaded already.
    Result<> hold(const std::filesystem::path& folder);

    engine::DeviceOptions options_;
    std::unique_ptr<engine::Model> model_;
    std::string state_;                   // What model_'s folder looked like when it was loaded.
    std::optional<engine::Batch> batch_;  // Of model_.
    std::map<Tag, double> load_ms_;       // Of the pictures in it.
};

}  // namespace gotong::renderer
