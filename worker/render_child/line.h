// A running renderer child and the jobs that it works on: what it says goes to the job whose tag it
// carries. A child that dies, hangs or breaks the protocol ends the conversations of all of them.
//
// Threads: one calls attend(), any number converse() at the same time.
//
// Corridor: render_child/renderer -> [render_child/line] -> protocol/server
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

#include "worker/render_child/child.h"
#include "worker/render_child/conversation.h"

namespace gotong::render_child {

class Line {
  public:
    Line(Child child, OnLoaded on_loaded)
        : child_(std::move(child)), on_loaded_(std::move(on_loaded)) {}
    Line(const Line&) = delete;
    Line& operator=(const Line&) = delete;

    const worker::EngineFacts& facts() const { return child_.facts; }

    // Hands on what the child says until it is dead, by its own doing or by ours. All conversations
    // have ended then, and later ones end at once.
    void attend();

    bool is_dead();

    // The child is no longer wanted: attend() will return.
    void hang_up() { child_.socket.hang_up(); }

    // Blocks. On `stop` the child is asked to cancel. Killed is a child that does not answer that
    // within some steps of its own pace, or has been silent towards all for longer than
    // job.patience.
    Ending converse(const worker::Job& job, const std::stop_token& stop,
                    const worker::OnProgress& on_progress);

  private:
    struct Talk {
        const Conversation conversation;
        const std::chrono::milliseconds patience;
        Monotonic since;                       // When it was asked for.
        std::optional<Monotonic> cancel_by{};  // Set: was asked to cancel.
        std::optional<Monotonic> told{};       // When it last told its progress.
        Monotonic::duration slowest{0};        // The longest from one such word to the next.
        std::optional<Ending> ending{};
    };

    static void note_progress(Talk& talk);
    Monotonic::duration cancel_within(const Talk& talk) const;
    void await(Talk& talk, const std::stop_token& stop);
    void send(const std::string& frame);
    Result<> take(const std::string& frame);
    void tell_loaded(const v1::RendererEvent& event) const;
    Result<> look_at_the_clock();
    void end_all(const Error& error);
    std::string death_by(const Error& error);

    Child child_;
    const OnLoaded on_loaded_;
    std::mutex sending_;

    std::mutex mutex_;  // Guards what follows.
    std::condition_variable_any changed_;
    std::uint64_t last_tag_ = 0;
    std::map<std::uint64_t, Talk*> talks_;  // By tag.
    Monotonic heard_{};                     // When the child last said something.
    std::optional<Error> death_;            // Set: the child is dead.
};

}  // namespace gotong::render_child
