// What the reference model asks of each word of the core.
#include <algorithm>

#include "coordinator/job/state.h"
#include "tests/simulation/heard.h"
#include "tests/simulation/reference_model.h"
#include "tests/simulation/violation.h"

namespace gotong::simulation {
namespace {

using job::State;

bool is_requeued(const Turn& turn, JobId job) {
    return heard<core::RequeueJob>(turn, [&](const core::RequeueJob& it) { return it.job == job; });
}

bool is_accepted_in(const Turn& turn, const core::LeaseToken& lease) {
    return std::ranges::any_of(turn.sends, [&](const core::Send& send) {
        const auto* said = std::get_if<core::ToWorker>(&send);
        const auto* ack = said ? std::get_if<core::AckResult>(&said->message) : nullptr;
        return ack && ack->lease == lease && ack->verdict == core::Verdict::accepted;
    });
}

// Any worker could be given the one in the place of the other.
bool are_alike(const job::Job& a, const job::Job& b) {
    return a.account == b.account && a.model_digest == b.model_digest &&
           a.spec.width == b.spec.width && a.spec.height == b.spec.height &&
           a.spec.original.has_value() == b.spec.original.has_value() && a.failed_on == b.failed_on;
}

}  // namespace

void ReferenceModel::check_said(const Turn& turn, store::Transaction& store) {
    for (const core::Send& send : turn.sends) {
        if (const auto* said = std::get_if<core::ToWorker>(&send)) check(*said, turn, store);
        if (const auto* reply = std::get_if<core::Reply>(&send)) check(*reply, turn, store);
        if (const auto* change = std::get_if<core::JobChanged>(&send)) check(*change, turn);
    }
}

void ReferenceModel::check(const core::ToWorker& said, const Turn& turn,
                           store::Transaction& store) {
    const WorkerId worker = truth_.speakers.at(said.stream);
    if (const auto* offer = std::get_if<core::OfferJob>(&said.message))
        check(*offer, turn, worker, store);
    if (const auto* ack = std::get_if<core::AckResult>(&said.message))
        check(*ack, turn, worker, store);
    if (const auto* desired = std::get_if<core::Desired>(&said.message)) check(*desired, worker);
}

// Another worker has the job's model in memory and is at it: the job may be better off there, and
// those behind it in the line do not wait with it.
bool ReferenceModel::may_await(const job::Job& job, WorkerId chosen) const {
    return std::ranges::any_of(jobs_, [&](const auto& entry) {
        const job::Job& other = entry.second.job;
        return other.state == State::running && other.model_digest == job.model_digest &&
               other.holder != chosen;
    });
}

// Among an account's own: the highest priority first. What was touched in the turn may have come to
// wait after the offer.
void ReferenceModel::check_order(const Turn& turn, const job::Job& offered, WorkerId worker) const {
    const std::string id = offered.id.to_hex();
    require(offered.start <= turn.now.wall || truth_.was_set_back,
            "no job is offered before its start", id);
    for (const auto& [other, known] : jobs_) {
        const job::Job& job = known.job;
        if (job.state != State::queued || touched_.contains(other)) continue;
        if (job.start > turn.now.wall || job.not_before > turn.now.wall) continue;
        if (are_alike(job, offered) && !may_await(job, worker))
            require(job.priority <= offered.priority, "the highest priority goes first", id);
    }
}

void ReferenceModel::check(const core::OfferJob& offer, const Turn& turn, WorkerId worker,
                           store::Transaction& store) {
    std::uint32_t& newest = offered_[offer.lease.job];
    require(offer.lease.attempt > newest, "no attempt is offered twice, and none after a newer one",
            offer.lease.job.to_hex());
    newest = offer.lease.attempt;
    check_order(turn, jobs_.at(offer.lease.job).job, worker);
    const auto attempt = store.find_attempt(offer.lease.job, offer.lease.attempt);
    require(attempt && attempt->worker == worker, "what is offered is on disk before",
            offer.lease.job.to_hex());
}

void ReferenceModel::check(const core::AckResult& ack, const Turn& turn, WorkerId worker,
                           store::Transaction& store) {
    if (ack.verdict == core::Verdict::noted) return;
    const auto attempt = store.find_attempt(ack.lease.job, ack.lease.attempt);
    const bool is_accepted = attempt && attempt->outcome == "accepted" && attempt->worker == worker;
    const bool says_so =
        ack.verdict == core::Verdict::accepted || ack.verdict == core::Verdict::duplicate;
    require(!says_so || is_accepted, "what is acknowledged as accepted is accepted on disk",
            ack.lease.job.to_hex());
    // A job that is queued again later in the turn may take what had come too late for it.
    if (ack.verdict == core::Verdict::superseded && !is_accepted_in(turn, ack.lease))
        require(!is_accepted, "an accepted result is not called superseded");
}

// Nothing that a worker holds is called off.
void ReferenceModel::check(const core::Desired& desired, WorkerId worker) {
    for (const core::LeaseToken& lease : desired.cancel) {
        const auto known = jobs_.find(lease.job);
        if (known == jobs_.end()) continue;
        const job::Job& job = known->second.job;
        const bool is_held =
            job.state == State::running && job.holder == worker && job.attempt == lease.attempt;
        require(!is_held, "what a worker holds is not called off", lease.job.to_hex());
    }
}

void ReferenceModel::check(const core::Reply& reply, const Turn& turn, store::Transaction& store) {
    if (!reply.answer || reply.reply == 0) return;  // 0: the operator's, who does not wait.
    if (const auto* submitted = std::get_if<core::Submitted>(&*reply.answer)) {
        for (const job::Job& job : submitted->jobs) {
            require(store.find_job(job.id).has_value(), "what is answered is on disk before",
                    job.id.to_hex());
        }
    }
    if (const auto* job = std::get_if<job::Job>(&*reply.answer)) {
        if (is_requeued(turn, job->id)) return;  // It was so when it was said.
        const auto stored = store.find_job(job->id);
        require(stored && job::has_ended(stored->state) && stored->state == job->state,
                "after a cancel the job has ended as was answered", job->id.to_hex());
    }
}

void ReferenceModel::check(const core::JobChanged& change, const Turn& turn) {
    const auto known = jobs_.find(change.view.job.id);
    require(known != jobs_.end(), "who watches hears of jobs that exist");
    const State now = known->second.job.state;
    const State told = change.view.job.state;
    if (is_requeued(turn, change.view.job.id)) return;
    require(!job::has_ended(told) || told == now, "who watches hears of ends that are so");
}

}  // namespace gotong::simulation
