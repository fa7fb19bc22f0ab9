#include "worker/daemon/job_log.h"

#include "common/log/log.h"

namespace gotong::daemon {

void JobLog::note(const worker::Event& event) {
    if (const auto* up = std::get_if<worker::SessionUp>(&event)) session_ = up->session;
    if (const auto* offer = std::get_if<worker::OfferArrived>(&event))
        remember(offer->lease, offer->trace);
    if (const auto* ack = std::get_if<worker::ResultAcked>(&event))
        remember(ack->lease, ack->trace);
}

void JobLog::rendering(const worker::Job& job) const {
    log::info("rendering", {{"job", job.lease.job.to_hex()},
                            {"attempt", std::to_string(job.lease.attempt)},
                            {"session", session_},
                            {"trace", job.trace},
                            {"model", job.offer.spec.model}});
}

void JobLog::uploading(const worker::Lease& lease) const {
    log::debug("uploading", {{"job", lease.job.to_hex()},
                             {"attempt", std::to_string(lease.attempt)},
                             {"session", session_},
                             {"trace", trace_of(lease)}});
}

void JobLog::sending(const worker::Lease& lease) const {
    log::debug("sending the result", {{"job", lease.job.to_hex()},
                                      {"attempt", std::to_string(lease.attempt)},
                                      {"session", session_},
                                      {"trace", trace_of(lease)}});
}

void JobLog::unreadable(const worker::Lease& lease) const {
    log::error("a finished picture's statement cannot be read back",
               {{"job", lease.job.to_hex()},
                {"attempt", std::to_string(lease.attempt)},
                {"session", session_},
                {"trace", trace_of(lease)}});
}

void JobLog::tell(const worker::Tell& line) const {
    log::write(line.warning ? log::Level::warn : log::Level::info, line.sentence,
               {{"job", line.lease.job.to_hex()},
                {"attempt", std::to_string(line.lease.attempt)},
                {"session", session_},
                {"trace", trace_of(line.lease)},
                {"detail", line.detail}});
}

void JobLog::remember(const worker::Lease& lease, const std::string& trace) {
    if (trace.empty()) return;
    if (traces_.size() >= kMostTraces) traces_.erase(traces_.begin());
    traces_[lease] = trace;
}

std::string JobLog::trace_of(const worker::Lease& lease) const {
    const auto found = traces_.find(lease);
    return found == traces_.end() ? "" : found->second;
}

}  // namespace gotong::daemon
