// The innermost executor: a gotong-renderer child that is started again when it dies.
//
// A renderer that crashes, hangs or sends garbage costs this job one more try in a fresh child,
// never the daemon. One thread at a time; the thread that starts a child must live as long as the
// renderer may (Process::start).
//
// Corridor: models/verified -> [render_child/renderer] -> protocol/server
#pragma once

#include <cstdint>
#include <optional>

#include "worker/job/executor.h"
#include "worker/render_child/child.h"

namespace gotong::render_child {

class Renderer final : public worker::Executor {
  public:
    explicit Renderer(RendererOptions options) : options_(std::move(options)) {}

    // Starts the child unless one runs, and says what it is. Errors as start_child().
    Result<worker::EngineFacts> start();

    Result<worker::Outcome> run(const worker::Job& job, const std::stop_token& stop,
                                const worker::OnProgress& on_progress) override;

  private:
    Result<> restart_after_pause(const std::stop_token& stop);

    RendererOptions options_;
    std::optional<Child> child_;  // Empty: none was started yet, or it is dead.
    std::uint32_t crashes_in_a_row_ = 0;
    std::uint64_t last_tag_ = 0;
};

}  // namespace gotong::render_child
