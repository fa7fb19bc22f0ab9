#include "worker/renderer/protocol/job_queue.h"

#include <algorithm>
#include <string>
#include <utility>

namespace gotong::renderer {

bool JobQueue::is_in_use(Tag tag) const {
    return under_way_.contains(tag) ||
           std::any_of(waiting_.begin(), waiting_.end(),
                       [&](const Waiting& waiting) { return waiting.job.tag == tag; });
}

Result<> JobQueue::push(RenderJob job) {
    const std::lock_guard lock(mutex_);
    if (is_in_use(job.tag))
        return fail(ErrorCode::already_exists,
                    "tag " + std::to_string(job.tag) + " is already in use");
    if (waiting_.size() >= kMaxWaiting)
        return fail(ErrorCode::resource_exhausted,
                    std::to_string(kMaxWaiting) + " jobs are waiting already");
    waiting_.push_back({std::move(job)});
    arrived_.notify_one();
    return {};
}

JobQueue::Taken JobQueue::take_at(std::deque<Waiting>::iterator at) {
    Waiting waiting = std::move(*at);
    waiting_.erase(at);
    const std::stop_source& stop = under_way_[waiting.job.tag];
    return {std::move(waiting.job), stop.get_token(), waiting.is_alone};
}

std::optional<JobQueue::Taken> JobQueue::take(std::stop_token stop) {
    std::unique_lock lock(mutex_);
    if (!arrived_.wait(lock, stop, [&] { return !waiting_.empty(); })) return std::nullopt;
    if (stop.stop_requested()) return std::nullopt;
    return take_at(waiting_.begin());
}

std::optional<JobQueue::Taken> JobQueue::take_if(
    Whom whom, const std::function<bool(const RenderJob&)>& fits) {
    const std::lock_guard lock(mutex_);
    const bool only_first = whom == Whom::only_the_first && !waiting_.empty();
    const auto end = only_first ? std::next(waiting_.begin()) : waiting_.end();
    const auto found = std::find_if(waiting_.begin(), end, [&](const Waiting& waiting) {
        return !waiting.is_alone && fits(waiting.job);
    });
    if (found == end) return std::nullopt;
    return take_at(found);
}

bool JobQueue::put_back(const RenderJob& job) {
    const std::lock_guard lock(mutex_);
    if (under_way_.at(job.tag).stop_requested()) return false;
    under_way_.erase(job.tag);
    waiting_.push_front({job, /*is_alone=*/true});
    return true;
}

void JobQueue::finish(Tag tag) {
    const std::lock_guard lock(mutex_);
    under_way_.erase(tag);
}

bool JobQueue::cancel(Tag tag) {
    const std::lock_guard lock(mutex_);
    if (const auto found = under_way_.find(tag); found != under_way_.end())
        found->second.request_stop();
    return std::erase_if(waiting_, [&](const Waiting& it) { return it.job.tag == tag; }) > 0;
}

void JobQueue::clear() {
    const std::lock_guard lock(mutex_);
    waiting_.clear();
    for (auto& [tag, stop] : under_way_) stop.request_stop();
}

}  // namespace gotong::renderer
