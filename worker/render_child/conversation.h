// One job's exchange with a renderer child, from Render to Done or Failed: what to say, and what
// the answers mean. Sends and waits for nothing (line.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "worker/job/executor.h"

namespace gotong::v1 {
class RendererEvent;
}

namespace gotong::render_child {

// What became of the child is part of the answer: a job that fails in a healthy child is the
// job's own failure.
struct Ending {
    Result<worker::Outcome> result;
    bool child_is_dead = false;  // Or must die, as one that broke the protocol.
};

class Conversation {
  public:
    // `tag` must be new for this child. All references outlive the conversation.
    Conversation(std::uint64_t tag, const worker::Job& job, const worker::EngineFacts& facts,
                 const worker::OnProgress& on_progress)
        : tag_(tag), job_(job), facts_(facts), on_progress_(on_progress) {}

    // Frames for the child.
    std::string render() const;
    std::string cancel() const;

    // An event with this tag, used up; the job's ending if it is that.
    std::optional<Ending> take(v1::RendererEvent& event) const;

  private:
    const std::uint64_t tag_;
    const worker::Job& job_;
    const worker::EngineFacts& facts_;
    const worker::OnProgress& on_progress_;
};

}  // namespace gotong::render_child
