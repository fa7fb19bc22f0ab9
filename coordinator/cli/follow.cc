#include "coordinator/cli/follow.h"

#include <random>

#include "common/backoff/backoff.h"
#include "coordinator/cli/interrupt.h"
#include "coordinator/cli/job_view.h"

namespace gotong::cli {
namespace {

constexpr Backoff kReconnect{.first = std::chrono::milliseconds{200},
                             .most = std::chrono::seconds{5}};

double uniform() {
    thread_local std::minstd_rand random{std::random_device{}()};
    return std::uniform_real_distribution<double>{0.0, 1.0}(random);
}

}  // namespace

Following::Following(const Creator& creator, std::vector<v1::Job> jobs, OnPreview on_preview)
    : creator_(creator),
      on_preview_(std::move(on_preview)),
      open_(jobs.size()),
      jobs_(std::move(jobs)) {
    const std::size_t count = open_;
    for (std::size_t i = 0; i < count; ++i)
        threads_.emplace_back([this, i](const std::stop_token& stop) { follow(i, stop); });
}

Following::~Following() {
    for (std::jthread& thread : threads_) thread.request_stop();
}

bool Following::wait(std::chrono::milliseconds time) {
    std::unique_lock lock{mutex_};
    changed_.wait_for(lock, time, [&] { return news_ || open_ == 0; });
    news_ = false;
    return open_ == 0;
}

std::vector<v1::Job> Following::jobs() const {
    const std::lock_guard lock{mutex_};
    return jobs_;
}

std::optional<Error> Following::error() const {
    const std::lock_guard lock{mutex_};
    return error_;
}

void Following::follow(std::size_t index, const std::stop_token& stop) {
    std::uint32_t failures = 0;
    auto last_heard = std::chrono::steady_clock::now();
    while (!stop.stop_requested()) {
        bool heard = false;
        const Result<> ended = read_stream(index, stop, heard);
        if (ended) return close({});
        const auto now = std::chrono::steady_clock::now();
        if (heard) {
            last_heard = now;
            failures = 0;
        }
        if (ended.error().code != ErrorCode::unavailable || now - last_heard > kPatience)
            return close(ended.error());
        sleep_unless(stop, backoff_delay(kReconnect, ++failures, uniform()));
    }
    close(Error{ErrorCode::cancelled, "stopped watching", {}});
}

// Success: the job has ended.
Result<> Following::read_stream(std::size_t index, const std::stop_token& stop, bool& heard) {
    grpc::ClientContext context;
    set_bearer(context, creator_.token());
    const std::stop_callback hang_up{stop, [&context] { context.TryCancel(); }};
    v1::WatchJobRequest request;
    request.set_job_id(jobs().at(index).job_id());
    const auto stream = creator_.stub().WatchJob(&context, request);
    v1::WatchJobResponse message;
    bool ended = false;
    while (stream->Read(&message)) {
        heard = true;
        ended = has_ended(message.job());
        update(index, message);
    }
    const grpc::Status status = stream->Finish();
    if (ended) return {};
    if (status.ok()) return fail(ErrorCode::unavailable, "the coordinator ended the stream early");
    return Failure{error_of(context, status)};
}

void Following::update(std::size_t index, const v1::WatchJobResponse& message) {
    {
        const std::lock_guard lock{mutex_};
        jobs_.at(index) = message.job();
        news_ = true;
    }
    changed_.notify_all();
    if (on_preview_ && !message.preview_png().empty())
        on_preview_(message.job(), message.preview_png());
}

void Following::close(std::optional<Error> error) {
    {
        const std::lock_guard lock{mutex_};
        --open_;
        if (error && !error_) error_ = std::move(error);
    }
    changed_.notify_all();
}

}  // namespace gotong::cli
