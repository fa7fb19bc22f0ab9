// The renderer's side of the socket: reads commands, queues the jobs, and cancels them.
//
// Threads: run()'s caller reads; a thread of the server's own paints and reports (paint_loop).
//
// Corridor: render_child/line -> [protocol/server] -> protocol/paint_loop
#pragma once

#include <cstddef>
#include <thread>

#include "common/result.h"
#include "worker/renderer/protocol/frame.h"
#include "worker/renderer/protocol/job_queue.h"
#include "worker/renderer/protocol/paint_loop.h"
#include "worker/renderer/protocol/painter.h"

namespace gotong::renderer {

class Server {
  public:
    // At most `batch` pictures are painted at once. `painter` outlives the server; the socket stays
    // the caller's.
    Server(int socket, Painter& painter, std::size_t batch);
    ~Server();  // Stops the jobs under way and waits until they have stopped.
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    // Says that the renderer is ready, then serves until the peer closes the socket. Errors: those
    // of read_frame() and parse_command(), after which the connection is of no more use.
    Result<> run(const engine::DeviceInfo& device);

  private:
    Result<> obey(Command command);

    int socket_;
    const std::size_t batch_;
    FrameWriter writer_;
    JobQueue queue_;
    PaintLoop loop_;
    std::jthread painting_;  // Last: it uses the others.
};

}  // namespace gotong::renderer
