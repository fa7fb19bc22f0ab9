#include "worker/daemon/render_threads.h"

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

RenderThreads::RenderThreads(std::size_t count, worker::Executor& chain, const link::Outbox& outbox,
                             Post post)
    : chain_(chain), outbox_(outbox), post_(std::move(post)) {
    for (std::size_t i = 0; i < count; ++i)
        threads_.emplace_back([this](const std::stop_token& stop) { run(stop); });
}

RenderThreads::~RenderThreads() {
    for (std::jthread& thread : threads_) thread.request_stop();
    const std::lock_guard lock{mutex_};
    for (auto& [lease, stop] : stops_) stop.request_stop();
}

void RenderThreads::start(worker::Job job) {
    const std::lock_guard lock{mutex_};
    stops_.insert_or_assign(job.lease, std::stop_source{});
    waiting_.push_back(std::move(job));
    changed_.notify_one();
}

void RenderThreads::stop(const worker::Lease& lease) {
    const std::lock_guard lock{mutex_};
    if (const auto found = stops_.find(lease); found != stops_.end()) found->second.request_stop();
}

void RenderThreads::run(const std::stop_token& stop) {
    while (true) {
        std::unique_lock lock{mutex_};
        if (!changed_.wait(lock, stop, [this] { return !waiting_.empty(); })) return;
        const worker::Job job = std::move(waiting_.front());
        waiting_.pop_front();
        const std::stop_token stop_job = stops_.at(job.lease).get_token();
        lock.unlock();
        render(job, stop_job);
        lock.lock();
        stops_.erase(job.lease);
    }
}

void RenderThreads::render(const worker::Job& job, const std::stop_token& stop) {
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
