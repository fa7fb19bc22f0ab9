#include "worker/renderer/protocol/job_queue.h"

#include <algorithm>
#include <string>
#include <utility>

namespace gotong::renderer {

Result<> JobQueue::push(RenderJob job) {
    const std::lock_guard lock(mutex_);
    const bool known = current_ == job.tag ||
                       std::any_of(waiting_.begin(), waiting_.end(),
                                   [&](const RenderJob& other) { return other.tag == job.tag; });
    if (known)
        return fail(ErrorCode::already_exists,
                    "tag " + std::to_string(job.tag) + " is already in use");
    if (waiting_.size() >= kMaxWaiting)
        return fail(ErrorCode::resource_exhausted,
                    std::to_string(kMaxWaiting) + " jobs are waiting already");
    waiting_.push_back(std::move(job));
    arrived_.notify_one();
    return {};
}

std::optional<JobQueue::Taken> JobQueue::take(std::stop_token stop) {
    std::unique_lock lock(mutex_);
    if (!arrived_.wait(lock, stop, [&] { return !waiting_.empty(); })) return std::nullopt;
    if (stop.stop_requested()) return std::nullopt;
    RenderJob job = std::move(waiting_.front());
    waiting_.pop_front();
    current_ = job.tag;
    current_stop_ = std::stop_source{};
    return Taken{std::move(job), current_stop_.get_token()};
}

void JobQueue::finish() {
    const std::lock_guard lock(mutex_);
    current_.reset();
}

bool JobQueue::cancel(Tag tag) {
    const std::lock_guard lock(mutex_);
    if (current_ == tag) current_stop_.request_stop();
    return std::erase_if(waiting_, [&](const RenderJob& job) { return job.tag == tag; }) > 0;
}

void JobQueue::stop_current() {
    const std::lock_guard lock(mutex_);
    current_stop_.request_stop();
}

}  // namespace gotong::renderer
