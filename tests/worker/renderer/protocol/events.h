// The daemon's side of the renderer's protocol, for tests: commands to bytes, bytes to events.
#pragma once

#include <gotong/v1/renderer.pb.h>

#include <catch2/catch_test_macros.hpp>
#include <map>
#include <string>

#include "worker/renderer/protocol/frame.h"

namespace gotong::renderer {

inline v1::RendererCommand render_command(std::uint64_t tag) {
    v1::RendererCommand command;
    command.set_tag(tag);
    auto& render = *command.mutable_render();
    render.set_model_dir("/models/some");
    render.set_prompt("a red apple");
    render.set_width(64);
    render.set_height(64);
    render.set_steps(3);
    render.set_guidance(1);
    render.set_sampler("euler");
    render.set_schedule("normal");
    return command;
}

inline v1::RendererCommand cancel_command(std::uint64_t tag) {
    v1::RendererCommand command;
    command.set_tag(tag);
    command.mutable_cancel();
    return command;
}

inline void send(int socket, const v1::RendererCommand& command) {
    REQUIRE(FrameWriter{socket}.write(command.SerializeAsString()));
}

inline v1::RendererEvent next_event(int socket) {
    const auto frame = read_frame(socket);
    REQUIRE(frame);
    REQUIRE(*frame);
    v1::RendererEvent event;
    REQUIRE(event.ParseFromString(**frame));
    return event;
}

// Answers (Done or Failed) as they are asked for: one that comes before its turn is kept, because
// jobs of one batch may end in either order.
class Answers {
  public:
    // Waits for the job's.
    v1::RendererEvent of(int socket, std::uint64_t tag) {
        while (!early_.contains(tag)) {
            v1::RendererEvent event = next_event(socket);
            if (event.has_done() || event.has_failed()) early_.insert_or_assign(event.tag(), event);
        }
        return early_.extract(tag).mapped();
    }

  private:
    std::map<std::uint64_t, v1::RendererEvent> early_;
};

}  // namespace gotong::renderer
