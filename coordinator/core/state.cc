#include "coordinator/core/state.h"

#include <array>
#include <utility>

#include "common/crypto/digest.h"

namespace gotong::core {

void Step::reply(ReplyId id, Result<Answer> answer) {
    sends.push_back(Reply{id, std::move(answer)});
}

void Step::say(const roster::Session& session, WorkerMessage message) {
    if (session.stream) sends.push_back(ToWorker{*session.stream, std::move(message)});
}

void Step::ack(const roster::Session& session, const LeaseToken& lease, Verdict verdict,
               std::string reason, Credits credit) {
    const OpenJob* open = state.jobs.find(lease.job);
    say(session, AckResult{lease, verdict, std::move(reason), credit, session.id,
                           open ? open->job.trace : TraceId{}});
}

void Step::end_attempt(const LeaseToken& lease, std::string_view outcome,
                       const std::string& reason) {
    store.end_attempt(lease.job, lease.attempt, now.wall, outcome, reason);
    for (std::size_t i = 0; i < kOutcomes.size(); ++i) {
        if (kOutcomes[i] == outcome) ++state.counters.attempts[i];
    }
}

void Step::changed(const job::Job& job, std::string preview_png) {
    sends.push_back(JobChanged{view_of(state, job, now), std::move(preview_png)});
}

std::string draw_secret(Rng& rng) {
    std::array<std::uint8_t, 32> secret{};
    rng.fill(secret);
    return crypto::to_hex(secret);
}

}  // namespace gotong::core
