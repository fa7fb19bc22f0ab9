#include "worker/render_child/renderer.h"

#include <utility>

#include "common/backoff/backoff.h"
#include "common/log/log.h"

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

Failure stopped() {
    return fail(ErrorCode::cancelled, "stopped before the renderer was started again");
}

}  // namespace

Renderer::Renderer(RendererOptions options)
    : options_(std::move(options)), keeper_([this](const std::stop_token& stop) { keep(stop); }) {}

Renderer::~Renderer() {
    keeper_.request_stop();
    const std::lock_guard lock{mutex_};
    if (line_) line_->hang_up();
}

Result<worker::EngineFacts> Renderer::start() {
    const auto running = line({});
    if (!running) return Failure{running.error()};
    return (*running)->facts();
}

Result<worker::Outcome> Renderer::run(const worker::Job& job, const std::stop_token& stop,
                                      const worker::OnProgress& on_progress) {
    for (int attempt = 1;; ++attempt) {
        const auto company = attempt == 1 ? Turns::Company::others : Turns::Company::nobody;
        Ending ending = try_once(job, company, stop, on_progress);
        if (!ending.child_is_dead || stop.stop_requested() || attempt == kTries)
            return std::move(ending.result);
        log::warn("renderer ended in the middle of a job, trying once more",
                  {{"job", job.lease.job.to_hex()},
                   {"attempt", std::to_string(job.lease.attempt)},
                   {"trace", job.trace},
                   {"error", ending.result.error().message}});
    }
}

Ending Renderer::try_once(const worker::Job& job, Turns::Company company,
                          const std::stop_token& stop, const worker::OnProgress& on_progress) {
    if (!turns_.enter(company, stop)) return {stopped()};
    Ending ending{stopped()};
    if (const auto running = line(stop)) {
        ending = (*running)->converse(job, stop, on_progress);
        if (!ending.child_is_dead) note_health();
    } else if (!stop.stop_requested()) {
        // Not the job's fault: it never saw a renderer.
        ending.result = fail(ErrorCode::unavailable, running.error().message);
    }
    turns_.leave();
    return ending;
}

void Renderer::note_health() {
    const std::lock_guard lock{mutex_};
    crashes_in_a_row_ = 0;
}

// The running child's, once there is one. A dead one's may stand there for a moment.
Result<Renderer::LinePtr> Renderer::line(const std::stop_token& stop) {
    std::unique_lock lock{mutex_};
    const std::uint64_t failed_before = failed_starts_;
    ++wanted_by_;
    changed_.notify_all();
    const auto is_open = [this] { return line_ && !line_->is_dead(); };
    const bool is_decided =
        changed_.wait(lock, stop, [&] { return is_open() || failed_starts_ != failed_before; });
    --wanted_by_;
    if (is_open()) return line_;
    if (is_decided) return Failure{failed_start_};
    return stopped();
}

void Renderer::keep(const std::stop_token& stop) {
    while (rest_before_start(stop)) {
        const LinePtr line = open_line();
        if (!line) continue;
        if (stop.stop_requested()) line->hang_up();  // The destructor did not see it.
        line->attend();
        if (options_.on_loaded) options_.on_loaded({});
        const std::lock_guard lock{mutex_};
        line_.reset();
        ++crashes_in_a_row_;
    }
}

// Until a child is wanted, and then for longer the oftener it died. False when `stop` came first.
bool Renderer::rest_before_start(const std::stop_token& stop) {
    std::unique_lock lock{mutex_};
    if (!changed_.wait(lock, stop, [this] { return wanted_by_ > 0; })) return false;
    const auto delay = backoff_delay(kRestart, crashes_in_a_row_, 1.0);
    lock.unlock();
    return pause(delay, stop);
}

// Null when the child cannot be started: who waits for it is told.
Renderer::LinePtr Renderer::open_line() {
    Result<Child> child = start_child(options_);
    const std::lock_guard lock{mutex_};
    changed_.notify_all();
    if (child) return line_ = std::make_shared<Line>(std::move(*child), options_.on_loaded);
    failed_start_ = child.error();
    ++failed_starts_;
    ++crashes_in_a_row_;
    return nullptr;
}

}  // namespace gotong::render_child
