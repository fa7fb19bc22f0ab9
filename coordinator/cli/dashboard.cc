#include "coordinator/cli/dashboard.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "coordinator/cli/report.h"

namespace gotong::cli {
namespace {

using PoolStatus = v1::GetStatusResponse;

constexpr std::chrono::seconds kWindow{60};

std::string rate_text(std::optional<double> rate) {
    return rate ? fmt::format("{:.1f}/min", *rate) : "-";
}

std::string oldest_text(const PoolStatus& status) {
    if (!status.has_oldest_wait_ms()) return "nobody waits";
    return "the oldest for " + time_text(status.oldest_wait_ms());
}

}  // namespace

void Dashboard::see(const PoolStatus& status, Monotonic now) {
    if (!samples_.empty() && status.jobs_submitted() < samples_.back().status.jobs_submitted())
        samples_.clear();
    samples_.push_back({now, status});
    while (samples_.size() > 2 && now - samples_[1].at >= kWindow) samples_.pop_front();
}

std::optional<double> Dashboard::rate(std::uint64_t (PoolStatus::*count)() const) const {
    if (samples_.size() < 2) return std::nullopt;
    const Sample& first = samples_.front();
    const Sample& last = samples_.back();
    const std::chrono::duration<double, std::ratio<60>> minutes = last.at - first.at;
    const auto grown = (last.status.*count)() - (first.status.*count)();
    return minutes.count() > 0 ? std::optional{static_cast<double>(grown) / minutes.count()}
                               : std::nullopt;
}

std::string Dashboard::line() const {
    const PoolStatus& status = samples_.back().status;
    return fmt::format("workers {}, waiting {} ({}), running {}; submitted {}, done {}, failed {}",
                       status.workers_online(), status.jobs_queued(), oldest_text(status),
                       status.jobs_running(), rate_text(rate(&PoolStatus::jobs_submitted)),
                       rate_text(rate(&PoolStatus::jobs_done)),
                       rate_text(rate(&PoolStatus::jobs_failed)));
}

std::vector<std::string> Dashboard::lines() const {
    const PoolStatus& status = samples_.back().status;
    return {fmt::format("workers online  {:>8}", status.workers_online()),
            fmt::format("jobs waiting    {:>8}   {}", status.jobs_queued(), oldest_text(status)),
            fmt::format("jobs running    {:>8}", status.jobs_running()),
            fmt::format("submitted       {:>8}   {}", status.jobs_submitted(),
                        rate_text(rate(&PoolStatus::jobs_submitted))),
            fmt::format("done            {:>8}   {}", status.jobs_done(),
                        rate_text(rate(&PoolStatus::jobs_done))),
            fmt::format("failed          {:>8}   {}", status.jobs_failed(),
                        rate_text(rate(&PoolStatus::jobs_failed))),
            fmt::format("yours open      {:>8}   of {} that you may have", status.open_jobs(),
                        status.max_open_jobs())};
}

nlohmann::ordered_json Dashboard::json() const {
    const PoolStatus& status = samples_.back().status;
    nlohmann::ordered_json object{{"workers_online", status.workers_online()},
                                  {"jobs_queued", status.jobs_queued()},
                                  {"jobs_running", status.jobs_running()},
                                  {"jobs_submitted", status.jobs_submitted()},
                                  {"jobs_done", status.jobs_done()},
                                  {"jobs_failed", status.jobs_failed()},
                                  {"open_jobs", status.open_jobs()}};
    if (status.has_oldest_wait_ms()) object["oldest_wait_ms"] = status.oldest_wait_ms();
    if (const auto done = rate(&PoolStatus::jobs_done)) object["done_per_minute"] = *done;
    return object;
}

}  // namespace gotong::cli
