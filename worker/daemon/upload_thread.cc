#include "worker/daemon/upload_thread.h"

#include <utility>

#include "worker/link/upload.h"

namespace gotong::daemon {

UploadThread::UploadThread(link::Endpoint pool, const link::Outbox& outbox, Post post)
    : pool_(std::move(pool)),
      outbox_(outbox),
      post_(std::move(post)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

UploadThread::~UploadThread() = default;

void UploadThread::start(const worker::Lease& lease, std::string url) {
    const std::lock_guard lock{mutex_};
    tasks_.push_back({lease, std::move(url)});
    changed_.notify_all();
}

void UploadThread::run(const std::stop_token& stop) {
    while (true) {
        std::unique_lock lock{mutex_};
        if (!changed_.wait(lock, stop, [this] { return !tasks_.empty(); })) return;
        const Task task = std::move(tasks_.front());
        tasks_.pop_front();
        lock.unlock();
        post_(worker::UploadEnded{task.lease, upload(task)});
    }
}

Result<> UploadThread::upload(const Task& task) const {
    auto png = outbox_.picture(task.lease);
    if (!png) return Failure{png.error()};
    return link::upload(pool_, task.url, std::move(*png));
}

}  // namespace gotong::daemon
