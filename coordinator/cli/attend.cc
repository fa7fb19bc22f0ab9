#include "coordinator/cli/attend.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>

#include "coordinator/cli/job_view.h"
#include "coordinator/cli/progress.h"

namespace gotong::cli {
namespace {

constexpr std::chrono::milliseconds kRedraw{100};  // Also how soon Ctrl-C is noticed.
constexpr std::size_t kNarrow = 80;                // For terminals that do not say their width.

std::size_t terminal_width() {
    winsize size{};
    if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kNarrow;
    return size.ws_col;
}

// One line at the bottom of a terminal, drawn over itself and gone at the end.
class StatusLine {
  public:
    explicit StatusLine(bool quiet) : shown_(!quiet && isatty(STDERR_FILENO) == 1) {}
    ~StatusLine() {
        if (shown_) std::fputs("\r\033[K", stderr);
    }
    StatusLine(const StatusLine&) = delete;
    StatusLine& operator=(const StatusLine&) = delete;

    void draw(const std::vector<v1::Job>& jobs) {
        if (!shown_) return;
        const auto now = std::chrono::steady_clock::now();
        progress_.see(jobs, now);
        std::fprintf(stderr, "\r\033[K%s", progress_.line(now, terminal_width() - 1).c_str());
        std::fflush(stderr);
    }

  private:
    const bool shown_;
    Progress progress_;
};

}  // namespace

Result<std::vector<v1::Job>> attend(const Creator& creator, std::vector<v1::Job> jobs,
                                    const Interrupt& interrupt, const AttendOptions& options) {
    Following following{creator, std::move(jobs), options.on_preview};
    StatusLine line{options.quiet};
    while (!following.wait(kRedraw) && !interrupt.requested()) line.draw(following.jobs());
    if (const auto error = following.error(); error && !interrupt.requested())
        return Failure{*error};
    return following.jobs();
}

Result<std::vector<v1::Job>> cancel_all(const Creator& creator, std::vector<v1::Job> jobs) {
    for (v1::Job& job : jobs) {
        if (has_ended(job)) continue;
        v1::CancelJobRequest request;
        request.set_job_id(job.job_id());
        const auto answer = creator.ask(&CreatorStub::CancelJob, request);
        if (!answer) return Failure{answer.error().during("job " + job.job_id() + " goes on")};
        job = answer->job();
    }
    return jobs;
}

}  // namespace gotong::cli
