#include "coordinator/rpc/job_log.h"

#include "common/log/log.h"

namespace gotong::rpc {
namespace {

const char* word_of(core::Verdict verdict) {
    switch (verdict) {
        case core::Verdict::accepted:
            return "accepted";
        case core::Verdict::duplicate:
            return "duplicate";
        case core::Verdict::superseded:
            return "superseded";
        case core::Verdict::rejected:
            return "rejected";
        case core::Verdict::noted:
            break;
    }
    return "noted";
}

const char* word_of(job::State state) {
    switch (state) {
        case job::State::queued:
            return "queued";
        case job::State::running:
            return "running";
        case job::State::done:
            return "done";
        case job::State::failed:
            return "failed";
        case job::State::cancelled:
            break;
    }
    return "cancelled";
}

void log_one(const core::OfferJob& offer) {
    log::debug("job offered", {{"job", offer.lease.job.to_hex()},
                               {"attempt", std::to_string(offer.lease.attempt)},
                               {"session", offer.session.to_hex()},
                               {"trace", trace::text_of(offer.trace)}});
}

void log_one(const core::AckResult& ack) {
    log::debug("result answered", {{"job", ack.lease.job.to_hex()},
                                   {"attempt", std::to_string(ack.lease.attempt)},
                                   {"session", ack.session.to_hex()},
                                   {"trace", trace::text_of(ack.trace)},
                                   {"verdict", word_of(ack.verdict)},
                                   {"reason", ack.reason}});
}

void log_one(const core::Welcome& welcome) {
    log::debug("worker connected", {{"session", welcome.session.to_hex()},
                                    {"resumed", welcome.resumed ? "yes" : "no"}});
}

template <class Message>
void log_one(const Message&) {}

}  // namespace

void log_submitted(const core::Submitted& submitted) {
    for (const job::Job& job : submitted.jobs) {
        log::debug(submitted.already_submitted ? "job submitted again" : "job submitted",
                   {{"job", job.id.to_hex()},
                    {"request", submitted.request.to_hex()},
                    {"trace", trace::text_of(job.trace)},
                    {"model", job.spec.model}});
    }
}

void log_said(const core::WorkerMessage& message) {
    std::visit([](const auto& one) { log_one(one); }, message);
}

void log_changed(const core::JobView& view) {
    const job::Job& job = view.job;
    if (job.state == job::State::running) return;
    log::debug(job::has_ended(job.state) ? "job ended" : "job waits",
               {{"job", job.id.to_hex()},
                {"attempt", std::to_string(job.attempt)},
                {"trace", trace::text_of(job.trace)},
                {"state", word_of(job.state)},
                {"reason", job.failure}});
}

}  // namespace gotong::rpc
