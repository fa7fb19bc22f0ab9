#include "worker/daemon/render_thread.h"

#include <utility>

#include "worker/image/png.h"
#include "worker/link/kept.h"

namespace gotong::daemon {
namespace {

constexpr std::size_t kMaxPreview = 64U << 10U;  // Of a PNG; the pool takes no larger one.

std::string preview_png(const worker::Picture& preview) {
    if (preview.rgb.empty()) return {};
    auto png = image::encode_png(preview.width, preview.height, as_bytes(preview.rgb));
    return png && png->size() <= kMaxPreview ? std::move(*png) : std::string{};
}

}  // namespace

RenderThread::RenderThread(worker::Executor& chain, const link::Outbox& outbox, Post post)
    : chain_(chain),
      outbox_(outbox),
      post_(std::move(post)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

RenderThread::~RenderThread() {
    thread_.request_stop();
    const std::lock_guard lock{mutex_};
    stop_job_.request_stop();
}

void RenderThread::start(worker::Job job) {
    const std::lock_guard lock{mutex_};
    lease_ = job.lease;
    stop_job_ = std::stop_source{};
    next_ = std::move(job);
    changed_.notify_all();
}

void RenderThread::stop(const worker::Lease& lease) {
    const std::lock_guard lock{mutex_};
    if (lease_ == lease) stop_job_.request_stop();
}

void RenderThread::run(const std::stop_token& stop) {
    while (true) {
        std::unique_lock lock{mutex_};
        if (!changed_.wait(lock, stop, [this] { return next_.has_value(); })) return;
        const worker::Job job = std::move(*next_);
        next_.reset();
        const std::stop_token stop_job = stop_job_.get_token();
        lock.unlock();
        render(job, stop_job);
    }
}

void RenderThread::render(const worker::Job& job, const std::stop_token& stop) {
    const auto on_progress = [&](const worker::RenderProgress& progress) {
        post_(worker::StepDone{.lease = job.lease,
                               .phase = progress.phase,
                               .step = progress.step,
                               .steps = progress.steps,
                               .preview_png = preview_png(progress.preview)});
    };
    post_(worker::RenderEnded{job.lease,
                              link::render_and_keep(chain_, outbox_, job, stop, on_progress)});
}

}  // namespace gotong::daemon
