// The renderer's side of the socket: reads commands, paints one job after the other, and answers
// each with progress and one Done or Failed.
//
// Threads: run()'s caller reads; a thread of the server's own paints and reports.
//
// Corridor: render_child/renderer -> [protocol/server] -> request/request
#pragma once

#include <thread>

#include "common/result.h"
#include "worker/renderer/protocol/frame.h"
#include "worker/renderer/protocol/job_queue.h"
#include "worker/renderer/protocol/painter.h"

namespace gotong::renderer {

class Server {
  public:
    // `painter` outlives the server; the socket stays the caller's.
    Server(int socket, Painter& painter);
    ~Server();  // Stops the job under way and waits until it has stopped.
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    // Says that the renderer is ready, then serves until the peer closes the socket. Errors: those
    // of read_frame() and parse_command(), after which the connection is of no more use.
    Result<> run(const engine::DeviceInfo& device);

  private:
    Result<> obey(Command command);
    void paint_all(std::stop_token stop);
    void paint(const JobQueue::Taken& taken);

    int socket_;
    Painter& painter_;
    FrameWriter writer_;
    JobQueue queue_;
    std::jthread painting_;  // Last: it uses the others.
};

}  // namespace gotong::renderer
