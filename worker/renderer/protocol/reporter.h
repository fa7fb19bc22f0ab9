// Sends what the engine reports of one job. What cannot be written is dropped: the reader will see
// that the peer has gone.
#pragma once

#include <optional>

#include "worker/engine/request/request.h"
#include "worker/renderer/protocol/frame.h"
#include "worker/renderer/protocol/wire.h"

namespace gotong::renderer {

class Reporter final : public engine::Observer {
  public:
    // Says that the job has left the queue. `writer` outlives the reporter.
    Reporter(const RenderJob& job, FrameWriter& writer);

    void on_phase(engine::Phase phase) override;
    void on_latent(const engine::StepView& view) override;

  private:
    void report(const Progress& progress);

    Tag tag_;
    int steps_;
    std::optional<engine::LatentToRgb> preview_;
    FrameWriter& writer_;
};

}  // namespace gotong::renderer
