// The dead letter's way back: the operator queues a job again that has failed, once what failed it
// was put right.
#include "coordinator/core/attempts.h"
#include "coordinator/core/handlers.h"
#include "coordinator/core/inputs.h"
#include "coordinator/job/price.h"
#include "coordinator/job/state.h"
#include "coordinator/ledger/ledger.h"

namespace gotong::core {
namespace {

Failure no_requeue(const job::Job& job, const std::string& why) {
    return fail(ErrorCode::failed_precondition,
                "job " + job.id.to_hex() + " cannot be queued again: " + why, "job_id");
}

Result<> check_requeue(Step& step, const job::Job& job) {
    const State& state = step.state;
    if (job.state != job::State::failed) {
        return no_requeue(job, "it is " + std::string(job::name_of(job.state)) +
                                   ", and only what has failed can be");
    }
    if (job.body_removed) {
        return no_requeue(job,
                          "the pool's policy has removed its prompt; its creator may submit it "
                          "again");
    }
    const store::Account* account = state.accounts.find(job.account);
    if (!account || account->revoked) return no_requeue(job, "its account was revoked");
    if (!state.catalogue.has_weights(job.model_digest)) {
        return no_requeue(job,
                          "the pool no longer renders with these weights of " + job.spec.model);
    }
    if (auto ok = check_uploaded(step, job.account, job.spec); !ok) {
        return no_requeue(job, "what it begins with is gone");
    }
    const Credits available = step.store.balance(ledger::available_of(job.account));
    if (available >= job.price) return {};
    return no_requeue(job, "it costs " + job::credits_text(job.price) + " and account " +
                               account->name + " has " + job::credits_text(available));
}

Result<Answer> requeue(Step& step, JobId id) {
    auto job = step.store.find_job(id);
    if (!job) {
        return fail(ErrorCode::not_found, "this pool has no job " + id.to_hex(), "job_id");
    }
    if (auto ok = check_requeue(step, *job); !ok) return Failure{ok.error()};
    job::requeue(*job, step.now.wall);
    job->ended.reset();
    ledger::hold(step.store, *job, step.now.wall);
    step.store.update(*job);
    ++step.state.counters.requeued;
    enqueue(step, step.state.jobs.add(*job));
    step.changed(*job);
    return *std::move(job);
}

}  // namespace

void on(Step& step, const RequeueJob& event) { step.reply(event.reply, requeue(step, event.job)); }

}  // namespace gotong::core
