// The engine as a Painter. The pictures of one batch are made with one model; which others stay
// loaded is renderer/residents' affair.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>

#include "worker/engine/batch.h"
#include "worker/renderer/protocol/painter.h"
#include "worker/renderer/residents.h"

namespace gotong::renderer {

class EnginePainter final : public Painter {
  public:
    // `model_memory`: bytes, of Residents.
    EnginePainter(engine::DeviceOptions options, std::optional<std::uint64_t> model_memory)
        : residents_(options, model_memory) {}

    std::vector<LoadedModel> loaded() const override { return residents_.all(); }
    bool takes(const RenderJob& job) const override;
    Result<> join(const RenderJob& job, engine::Observer& observer, std::stop_token stop) override;
    std::vector<Ended> step() override;

  private:
    bool is_idle() const { return !batch_ || batch_->size() == 0; }
    // Returns what loading its model took, in milliseconds.
    Result<double> begin_batch(const std::filesystem::path& model);

    Residents residents_;
    std::optional<engine::Batch> batch_;  // Of the model in use.
    std::map<Tag, double> load_ms_;       // Of the pictures in it.
};

}  // namespace gotong::renderer
