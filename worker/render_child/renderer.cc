#include "worker/render_child/renderer.h"

#include <condition_variable>
#include <mutex>
#include <utility>

#include "common/backoff/backoff.h"
#include "common/log/log.h"
#include "worker/render_child/conversation.h"

namespace gotong::render_child {
namespace {

// A crash may be the job's fault, the driver's or the machine's: a fresh child tells the first
// from the others, a third one would tell nothing more.
constexpr int kTries = 2;
constexpr Backoff kRestart{.first = 200ms, .most = 30s};

// False when `stop` came first.
bool pause(std::chrono::milliseconds delay, const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock{mutex};
    wake.wait_for(lock, stop, delay, [] { return false; });
    return !stop.stop_requested();
}

}  // namespace

Result<worker::EngineFacts> Renderer::start() {
    if (!child_) {
        Result<Child> child = start_child(options_);
        if (!child) return Failure{child.error()};
        child_.emplace(std::move(*child));
        last_tag_ = 0;
    }
    return child_->facts;
}

Result<> Renderer::restart_after_pause(const std::stop_token& stop) {
    if (child_) return {};
    if (!pause(backoff_delay(kRestart, crashes_in_a_row_, 1.0), stop))
        return fail(ErrorCode::cancelled, "stopped before the renderer was started again");
    const auto started = start();
    if (started) return {};
    ++crashes_in_a_row_;
    // Not the job's fault: it never saw a renderer.
    return fail(ErrorCode::unavailable, started.error().message);
}

Result<worker::Outcome> Renderer::run(const worker::Job& job, const std::stop_token& stop,
                                      const worker::OnProgress& on_progress) {
    for (int attempt = 1;; ++attempt) {
        if (const Result<> ready = restart_after_pause(stop); !ready) return Failure{ready.error()};
        Ending ending = converse(*child_, ++last_tag_, job, stop, on_progress);
        if (!ending.child_is_dead) {
            crashes_in_a_row_ = 0;
            return std::move(ending.result);
        }
        child_.reset();
        ++crashes_in_a_row_;
        if (stop.stop_requested() || attempt == kTries) return std::move(ending.result);
        log::warn("renderer ended in the middle of a job, trying once more",
                  {{"job", job.lease.job.to_hex()}, {"error", ending.result.error().message}});
    }
}

}  // namespace gotong::render_child
