// A server on a thread of its own with a scripted painter, and the daemon's end of its socket.
#pragma once

#include <thread>

#include "tests/worker/renderer/protocol/events.h"
#include "tests/worker/renderer/protocol/scripted_painter.h"
#include "tests/worker/renderer/protocol/socket_pair.h"
#include "worker/renderer/protocol/server.h"

namespace gotong::renderer {

class Served {
  public:
    explicit Served(std::size_t batch = 1) : server_(pair_.theirs(), painter, batch) {
        thread_ = std::thread([this] { outcome_ = server_.run({"cpu", "fp32", "2.13.0", 1024}); });
    }
    ~Served() {
        painter.let_go();
        if (thread_.joinable()) (void)end();
    }

    int socket() const { return pair_.mine(); }
    void send(const v1::RendererCommand& command) const { renderer::send(socket(), command); }

    // The Done or Failed of the job.
    v1::RendererEvent answer(std::uint64_t tag) { return answers_.of(socket(), tag); }

    // Returns when everything that was sent before has been read. `unused`: a tag of no job.
    void settle(std::uint64_t unused = 1'000) {
        auto nonsense = render_command(unused);
        nonsense.mutable_render()->set_sampler("magic");
        send(nonsense);
        (void)answer(unused);
    }

    // Closes our end; what run() returned.
    Result<> end() {
        pair_.close_mine();
        thread_.join();
        return outcome_;
    }
    // Waits for run() to end by itself.
    Result<> outcome() {
        thread_.join();
        return outcome_;
    }

    ScriptedPainter painter;

  private:
    SocketPair pair_;
    Server server_;
    Result<> outcome_;
    Answers answers_;
    std::thread thread_;
};

}  // namespace gotong::renderer
