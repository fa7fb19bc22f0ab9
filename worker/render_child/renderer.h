// The innermost executor: a gotong-renderer child that is started again when it dies.
//
// A renderer that crashes, hangs or sends garbage costs the jobs in it one more try each, alone in
// a fresh child, never the daemon. Several jobs may run at once; the child decides which of them
// it paints together.
//
// Threads: one of its own starts each child and hears it, and lives as long as the renderer, for
// the child dies with it (Process::start). start() and run() from any.
//
// Corridor: link/fetched -> [render_child/renderer] -> render_child/line
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>

#include "worker/job/executor.h"
#include "worker/render_child/line.h"
#include "worker/render_child/turns.h"

namespace gotong::render_child {

class Renderer final : public worker::Executor {
  public:
    explicit Renderer(RendererOptions options);
    ~Renderer() override;  // Ends the child. Nobody may be in run() any more.

    // Starts the child unless one runs, and says what it is. Errors as start_child().
    Result<worker::EngineFacts> start();

    Result<worker::Outcome> run(const worker::Job& job, const std::stop_token& stop,
                                const worker::OnProgress& on_progress) override;

  private:
    // Shared by those who talk: the last of them may still be reading why it broke.
    using LinePtr = std::shared_ptr<Line>;

    Ending try_once(const worker::Job& job, Turns::Company company, const std::stop_token& stop,
                    const worker::OnProgress& on_progress);
    Result<LinePtr> line(const std::stop_token& stop);
    void note_health();
    void keep(const std::stop_token& stop);
    bool rest_before_start(const std::stop_token& stop);
    LinePtr open_line();

    const RendererOptions options_;
    Turns turns_;

    std::mutex mutex_;  // Guards what follows.
    std::condition_variable_any changed_;
    LinePtr line_;                        // Null: no child runs.
    std::size_t wanted_by_ = 0;           // Threads that wait for one.
    std::uint64_t failed_starts_ = 0;     // So far.
    Error failed_start_;                  // The newest of them.
    std::uint32_t crashes_in_a_row_ = 0;  // And failed starts.
    std::jthread keeper_;                 // Last: it uses the others.
};

}  // namespace gotong::render_child
