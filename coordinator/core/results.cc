// What comes back: requests to upload, and verified results.
//
// Every result is answered, however late or often it comes, so that a worker's outbox empties.
//
// Corridor: verify/verifier -> [core/results] -> core/endings
#include <optional>
#include <string>

#include "common/crypto/sign.h"
#include "coordinator/core/attempts.h"
#include "coordinator/core/endings.h"
#include "coordinator/core/handlers.h"
#include "coordinator/core/pauses.h"
#include "coordinator/core/retention.h"
#include "coordinator/job/limits.h"
#include "coordinator/job/matches.h"

namespace gotong::core {
namespace {

// What a result under some lease would be worth.
struct Standing {
    std::optional<job::Attempt> attempt;  // There when the result may be accepted.
    Verdict otherwise = Verdict::superseded;
    std::string reason;
    Credits credit;
};

Standing refused(Verdict verdict, std::string reason) {
    return {std::nullopt, verdict, std::move(reason), {}};
}

// A late result is welcome while nobody else holds or has finished the job: its work is done.
Standing standing_of(const Step& step, const LeaseToken& lease, WorkerId worker) {
    auto attempt = step.store.find_attempt(lease.job, lease.attempt);
    if (!attempt || attempt->worker != worker) {
        return refused(Verdict::rejected, "this pool has not offered you this attempt");
    }
    const OpenJob* open = step.state.jobs.find(lease.job);
    if (!open) {
        if (attempt->outcome != "accepted") {
            return refused(Verdict::superseded, "the job has ended another way");
        }
        const auto job = step.store.find_job(lease.job);
        return {std::nullopt, Verdict::duplicate, "accepted before", job ? job->price : Credits{}};
    }
    if (open->job.state == job::State::running && open->job.holder != worker) {
        return refused(Verdict::superseded, "another worker holds the job by now");
    }
    return {std::move(attempt), Verdict::accepted, "", {}};
}

// The worker's own fault. Harmless to the job when the attempt had ended before.
void reject(Step& step, roster::Session& session, const LeaseToken& lease,
            const std::string& reason) {
    step.ack(session, lease, Verdict::rejected, reason);
    if (!step.state.leases.find(lease, session.worker)) return;
    pause(session, step.now.monotonic, kShortPause);
    blame_attempt(step, lease, "rejected", reason);
}

job::Parties parties_of(const State& state, const roster::Session& session) {
    const store::Worker& worker = *state.workers.find(session.worker);
    return {.worker_key_id = crypto::key_id(worker.public_key),
            .enrolment_sha256 = state.workers.enrolment_sha256(worker.id),
            .pool_key_id = state.notary.pool_key_id(),
            .pool_name = state.policy.pool_name};
}

std::string size_fault(std::uint64_t size) {
    return "the picture has " + std::to_string(size) + " bytes; 1 to " +
           std::to_string(job::kMaxPictureBytes) + " are taken";
}

}  // namespace

void on(Step& step, const UploadAsked& event) {
    roster::Session* session = step.state.roster.of_stream(event.stream);
    if (!session) return;
    session->last_heard = step.now.monotonic;
    const Standing standing = standing_of(step, event.lease, session->worker);
    if (!standing.attempt) {
        step.ack(*session, event.lease, standing.otherwise, standing.reason, standing.credit);
    } else if (event.size == 0 || event.size > job::kMaxPictureBytes) {
        reject(step, *session, event.lease, size_fault(event.size));
    } else {
        const bool stored = !must_upload(step, event);
        step.say(*session, GrantUpload{event.lease, event.sha256, event.size, stored});
    }
}

void on(Step& step, const ResultVerified& event) {
    roster::Session* session = step.state.roster.of_stream(event.stream);
    if (!session) return;  // Its outbox brings the result again.
    session->last_heard = step.now.monotonic;
    const Standing standing = standing_of(step, event.lease, session->worker);
    if (!standing.attempt) {
        step.ack(*session, event.lease, standing.otherwise, standing.reason, standing.credit);
        return;
    }
    if (!event.verdict) {
        // Our own trouble, such as a disk that does not answer: the outbox tries again.
        if (event.verdict.error().code == ErrorCode::unavailable) return;
        reject(step, *session, event.lease, event.verdict.error().message);
        return;
    }
    const auto matched =
        job::matches(event.statement, step.state.jobs.find(event.lease.job)->job, *standing.attempt,
                     parties_of(step.state, *session), event.blob_sha256);
    if (!matched) {
        reject(step, *session, event.lease, matched.error().message);
    } else if (!keep_blob(step, event.blob_sha256)) {
        return;  // As our own trouble, above: its outbox asks, and is told to upload it again.
    } else if (!step.store.remember_statement(event.statement_sha256, event.lease.job)) {
        reject(step, *session, event.lease, "this statement was used before");
    } else {
        accept_result(step, *session, event);
    }
}

}  // namespace gotong::core
