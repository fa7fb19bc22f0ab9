#include "coordinator/cli/job_view.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "common/sampling/strength.h"
#include "common/text/printable.h"
#include "common/text/rfc3339.h"
#include "coordinator/cli/original.h"
#include "coordinator/cli/report.h"

namespace gotong::cli {
namespace {

// After a failure it is tried again; before any attempt it was meant for later.
std::string starts_text(const v1::Job& job) {
    const std::string time = time_text(job.starts_in_ms());
    if (job.failure().empty()) return "starts in " + time;
    return "tried again in " + time + ": " + text::printable(job.failure());
}

std::string eta_text(const v1::Job& job) {
    if (!job.has_eta_low_ms() || !job.has_eta_high_ms()) return {};
    return fmt::format(", {} to {} left", time_text(job.eta_low_ms()),
                       time_text(job.eta_high_ms()));
}

std::string progress_of(const v1::Job& job) {
    switch (job.state()) {
        case v1::JOB_STATE_QUEUED:
            if (job.starts_in_ms() > 0) return starts_text(job);
            return job.queue_position() > 0
                       ? fmt::format("number {} in the queue", job.queue_position())
                       : "waiting";
        case v1::JOB_STATE_RUNNING:
            return fmt::format("step {} of {}{}", job.step(), steps_made(job.spec()),
                               eta_text(job));
        case v1::JOB_STATE_FAILED:
        case v1::JOB_STATE_CANCELLED:
            return text::printable(job.failure());
        default:
            return credits_text(static_cast<std::int64_t>(job.price_micro_credits())) + " credits" +
                   (job.picture().removed_unix_ms() > 0 ? ", picture removed" : "");
    }
}

std::string date_of(std::uint64_t unix_ms) {
    constexpr std::size_t kDate = 10;  // "2026-11-23"
    const WallTime time{std::chrono::milliseconds{unix_ms}};
    return text::to_rfc3339(time).substr(0, kDate);
}

}  // namespace

std::string picture_removed_text(const v1::Job& job) {
    return "the picture was removed on " + date_of(job.picture().removed_unix_ms()) +
           " by the pool's policy; its receipt is kept";
}

const char* state_word(v1::JobState state) {
    switch (state) {
        case v1::JOB_STATE_QUEUED:
            return "queued";
        case v1::JOB_STATE_RUNNING:
            return "running";
        case v1::JOB_STATE_DONE:
            return "done";
        case v1::JOB_STATE_FAILED:
            return "failed";
        case v1::JOB_STATE_CANCELLED:
            return "cancelled";
        default:
            return "unknown";
    }
}

bool has_ended(const v1::Job& job) {
    return job.state() == v1::JOB_STATE_DONE || job.state() == v1::JOB_STATE_FAILED ||
           job.state() == v1::JOB_STATE_CANCELLED;
}

std::uint32_t steps_made(const v1::RenderSpec& spec) {
    if (!spec.has_original()) return spec.steps();
    const auto rule = sampling::strength_rule_named(spec.original().strength_rule());
    if (!rule) return spec.steps();  // A later pool's; its worker's last step then looks early.
    return sampling::steps_made(*rule, spec.steps(), spec.original().strength());
}

nlohmann::ordered_json to_json(const v1::Job& job) {
    nlohmann::ordered_json object{
        {"job", job.job_id()},           {"state", state_word(job.state())},
        {"model", job.spec().model()},   {"width", job.spec().width()},
        {"height", job.spec().height()}, {"seed", std::to_string(job.spec().seed())},
        {"attempt", job.attempt()},      {"step", job.step()},
        {"steps", job.spec().steps()},   {"price_micro_credits", job.price_micro_credits()}};
    if (job.spec().has_original()) {
        object["steps_made"] = steps_made(job.spec());
        object["original"] = original_json(job.spec());
    }
    if (job.queue_position() > 0) object["queue_position"] = job.queue_position();
    if (job.has_eta_low_ms()) object["eta_low_ms"] = job.eta_low_ms();
    if (job.has_eta_high_ms()) object["eta_high_ms"] = job.eta_high_ms();
    object["age_ms"] = job.age_ms();
    if (job.starts_in_ms() > 0) object["starts_in_ms"] = job.starts_in_ms();
    if (job.expires_in_ms() > 0) object["expires_in_ms"] = job.expires_in_ms();
    if (job.priority() != 0) object["priority"] = job.priority();
    if (!job.failure().empty()) object["failure"] = job.failure();
    if (const auto at = job.picture().removed_unix_ms()) object["picture_removed"] = date_of(at);
    if (const auto at = job.prompts_removed_unix_ms()) object["prompts_removed"] = date_of(at);
    if (!job.trace_id().empty()) object["trace_id"] = job.trace_id();
    return object;
}

std::string summary(const v1::Job& job) {
    return fmt::format("{}  {:<9}  {:<16}  {}", job.job_id(), state_word(job.state()),
                       job.spec().model(), progress_of(job));
}

std::string table_head() {
    return fmt::format("{:<32}  {:<9}  {:>7}  {:<16}  {}", "job", "state", "age", "model", "");
}

std::string table_row(const v1::Job& job) {
    return fmt::format("{}  {:<9}  {:>7}  {:<16}  {}", job.job_id(), state_word(job.state()),
                       time_text(job.age_ms()), job.spec().model(), progress_of(job));
}

}  // namespace gotong::cli
