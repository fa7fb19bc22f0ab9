#include "coordinator/cli/progress.h"

#include <fmt/core.h>

#include <algorithm>

#include "coordinator/cli/job_view.h"

namespace gotong::cli {
namespace {

constexpr std::size_t kBarWidth = 20;
constexpr std::uint64_t kEnoughSteps = 2;  // Fewer say nothing about the speed.

std::string bar(std::uint64_t done, std::uint64_t of) {
    const auto filled = of == 0 ? 0 : static_cast<std::size_t>(kBarWidth * std::min(done, of) / of);
    return "[" + std::string(filled, '#') + std::string(kBarWidth - filled, '-') + "]";
}

std::string duration_text(std::chrono::seconds time) {
    const auto seconds = time.count();
    if (seconds < 60) return fmt::format("{} s", std::max<std::int64_t>(seconds, 1));
    return fmt::format("{} min {} s", seconds / 60, seconds % 60);
}

}  // namespace

void Progress::see(const std::vector<v1::Job>& jobs, Monotonic now) {
    pictures_ = jobs.size();
    ended_ = running_ = steps_ = done_ = ahead_ = 0;
    for (const v1::Job& job : jobs) {
        const std::uint64_t steps = steps_made(job.spec());
        steps_ += steps;
        done_ += has_ended(job) ? steps : std::min<std::uint64_t>(farthest_step(job), steps);
        ended_ += has_ended(job) ? 1U : 0U;
        running_ += job.state() == v1::JOB_STATE_RUNNING ? 1U : 0U;
        if (job.queue_position() > 0 && (ahead_ == 0 || job.queue_position() - 1 < ahead_))
            ahead_ = job.queue_position() - 1;
    }
    const bool fell_back = done_ < first_step_;  // Another worker began anew.
    if (done_ > 0 && (first_step_ == 0 || fell_back)) {
        first_step_ = done_;
        first_step_at_ = now;
    }
}

std::uint32_t Progress::farthest_step(const v1::Job& job) {
    Seen& seen = seen_[job.job_id()];
    if (seen.attempt != job.attempt()) seen = {.attempt = job.attempt(), .step = 0};
    seen.step = std::max(seen.step, job.step());
    return seen.step;
}

std::string Progress::time_left(Monotonic now) const {
    if (done_ < first_step_ + kEnoughSteps) return {};
    const auto each = (now - first_step_at_) / static_cast<std::int64_t>(done_ - first_step_);
    const auto left = each * static_cast<std::int64_t>(steps_ - done_);
    return ", " + duration_text(std::chrono::ceil<std::chrono::seconds>(left)) + " left";
}

std::string Progress::line(Monotonic now, std::size_t width) const {
    std::string text = bar(done_, steps_) + " ";
    if (pictures_ > 1) text += fmt::format("{} of {} pictures, ", ended_, pictures_);
    if (running_ == 0 && ended_ < pictures_) {
        text += ahead_ > 0 ? fmt::format("waiting behind {} others", ahead_)
                           : std::string{"waiting for a worker"};
    } else if (steps_ > 0 && done_ == steps_) {
        text += "finishing";
    } else if (done_ == 0) {
        text += "loading";
    } else {
        text += fmt::format("step {} of {}", done_, steps_) + time_left(now);
    }
    return text.substr(0, width);
}

}  // namespace gotong::cli
