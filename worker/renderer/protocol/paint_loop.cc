#include "worker/renderer/protocol/paint_loop.h"

#include <algorithm>
#include <utility>

namespace gotong::renderer {
namespace {

bool lacks_memory(const Error& error) { return error.code == ErrorCode::resource_exhausted; }

}  // namespace

PaintLoop::Kind PaintLoop::kind_of(const RenderJob& job) {
    return {job.model_dir, job.request.width, job.request.height};
}

std::size_t PaintLoop::most_of(const RenderJob& job) const {
    const auto lowered = lowered_.find(kind_of(job));
    return lowered == lowered_.end() ? batch_ : lowered->second;
}

void PaintLoop::run(const std::stop_token& stop) {
    while (auto first = queue_.take(stop)) paint_from(*std::move(first));
}

void PaintLoop::paint_from(JobQueue::Taken first) {
    const std::size_t most = first.is_alone ? 1 : most_of(first.job);
    admit(first);
    admit_more(JobQueue::Whom::anybody, most);
    while (!members_.empty()) {
        step();
        if (!members_.empty()) admit_more(JobQueue::Whom::only_the_first, most);
    }
}

void PaintLoop::admit_more(JobQueue::Whom whom, std::size_t most) {
    const auto fits = [this](const RenderJob& job) { return painter_.takes(job); };
    while (!members_.empty() && members_.size() < most) {
        const auto taken = queue_.take_if(whom, fits);
        if (!taken) return;
        admit(*taken);
    }
}

void PaintLoop::admit(const JobQueue::Taken& taken) {
    const RenderJob& job = taken.job;
    const auto [member, is_new] =
        members_.try_emplace(job.tag, Member{job, Reporter{job, writer_}});
    const auto joined = painter_.join(member->second.job, member->second.reporter, taken.stop);
    tell_loaded();
    if (joined) return;
    members_.erase(member);
    if (lacks_memory(joined.error()) && !members_.empty()) {
        crowded_out({job}, members_.size() + 1);
    } else {
        answer(job.tag, Failure{joined.error()});
    }
}

void PaintLoop::step() {
    const std::size_t together = members_.size();
    std::vector<RenderJob> too_many;
    for (const Painter::Ended& ended : painter_.step()) {
        const Member& member = members_.at(ended.tag);
        if (!ended.picture && lacks_memory(ended.picture.error()) && together > 1) {
            too_many.push_back(member.job);
        } else {
            answer(ended.tag, ended.picture);
        }
        members_.erase(ended.tag);
    }
    tell_loaded();  // A step that wanted memory may have given models up.
    if (!too_many.empty()) crowded_out(std::move(too_many), together);
}

void PaintLoop::tell_loaded() {
    std::vector<LoadedModel> loaded = painter_.loaded();
    if (loaded == told_loaded_) return;
    (void)writer_.write(loaded_event(loaded));
    told_loaded_ = std::move(loaded);
}

void PaintLoop::crowded_out(std::vector<RenderJob> jobs, std::size_t together) {
    lowered_[kind_of(jobs.front())] = std::max<std::size_t>(together / 2, 1);
    std::reverse(jobs.begin(), jobs.end());  // The first goes back last, and so in front.
    for (const RenderJob& job : jobs) {
        if (queue_.put_back(job)) continue;
        answer(job.tag, fail(ErrorCode::cancelled, "cancelled"));
    }
}

void PaintLoop::answer(Tag tag, const Result<Painted>& painted) {
    queue_.finish(tag);  // Before the answer: whoever has it may use the tag again.
    (void)writer_.write(painted ? done_event(tag, painted->picture, painted->load_ms)
                                : failed_event(tag, painted.error()));
}

}  // namespace gotong::renderer
