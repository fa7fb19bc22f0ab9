#include "worker/renderer/protocol/server.h"

#include <utility>

namespace gotong::renderer {

Server::Server(int socket, Painter& painter, std::size_t batch)
    : socket_(socket),
      batch_(batch),
      writer_(socket),
      loop_(queue_, painter, writer_, batch),
      painting_([this](const std::stop_token& stop) { loop_.run(stop); }) {}

Server::~Server() {
    painting_.request_stop();
    queue_.clear();
}

Result<> Server::run(const engine::DeviceInfo& device) {
    if (const auto greeted = writer_.write(ready_event(device, batch_)); !greeted) return greeted;
    for (;;) {
        const auto frame = read_frame(socket_);
        if (!frame) return Failure{frame.error()};
        if (!*frame) return {};
        auto command = parse_command(**frame);
        if (!command) return Failure{command.error()};
        if (auto obeyed = obey(*std::move(command)); !obeyed) return obeyed;
    }
}

Result<> Server::obey(Command command) {
    if (const auto* refused = std::get_if<RefusedJob>(&command))
        return writer_.write(failed_event(refused->tag, refused->error));
    if (const auto* cancel = std::get_if<CancelJob>(&command)) {
        if (!queue_.cancel(cancel->tag)) return {};
        return writer_.write(failed_event(cancel->tag, {ErrorCode::cancelled, "cancelled", {}}));
    }
    auto& job = std::get<RenderJob>(command);
    const Tag tag = job.tag;
    const auto queued = queue_.push(std::move(job));
    if (queued) return {};
    // A second job under a tag in use could not be told from the first.
    if (queued.error().code == ErrorCode::already_exists) return queued;
    return writer_.write(failed_event(tag, queued.error()));
}

}  // namespace gotong::renderer
