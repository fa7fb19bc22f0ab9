// The daemon's side of the renderer's protocol, for tests: commands to bytes, bytes to events.
#pragma once

#include <gotong/v1/renderer.pb.h>

#include <catch2/catch_test_macros.hpp>
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

// The Done or Failed of the job, whatever comes before it.
inline v1::RendererEvent answer(int socket, std::uint64_t tag) {
    for (;;) {
        v1::RendererEvent event = next_event(socket);
        if (event.tag() == tag && (event.has_done() || event.has_failed())) return event;
    }
}

}  // namespace gotong::renderer
