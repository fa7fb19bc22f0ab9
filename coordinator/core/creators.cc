// What creators do: submit and cancel.
#include <algorithm>
#include <array>
#include <utility>

#include "common/offer/render_spec.h"
#include "coordinator/core/attempts.h"
#include "coordinator/core/endings.h"
#include "coordinator/core/handlers.h"
#include "coordinator/core/inputs.h"
#include "coordinator/core/prospects.h"
#include "coordinator/job/intake.h"
#include "coordinator/job/price.h"
#include "coordinator/job/request_hash.h"
#include "coordinator/ledger/ledger.h"

namespace gotong::core {
namespace {

// Of 32 bits, because people copy seeds by hand.
std::uint32_t draw_seed(Rng& rng) {
    std::array<std::uint8_t, 4> bytes{};
    rng.fill(bytes);
    std::uint32_t seed = 0;
    for (const std::uint8_t byte : bytes) seed = (seed << 8U) | byte;
    return seed;
}

std::string draw_salt(Rng& rng) {
    std::array<std::uint8_t, 32> salt{};
    rng.fill(salt);
    return {salt.begin(), salt.end()};
}

Submitted answer_for(RequestId request, std::vector<job::Job> jobs, bool already_submitted) {
    Credits price;
    for (const job::Job& job : jobs) price = price + job.price;
    return {request, std::move(jobs), price, already_submitted, {}};
}

// The answer to a retry; nullopt when the key is new.
std::optional<Result<Answer>> earlier_answer(Step& step, const job::Submission& submission,
                                             const Digest& request_hash) {
    if (submission.idempotency_key.empty()) return std::nullopt;
    const auto request = step.store.find_request(submission.account, submission.idempotency_key);
    if (!request) return std::nullopt;
    if (request->request_hash != request_hash) {
        return fail(ErrorCode::already_exists,
                    "idempotency_key was used for another request before; a new request needs a "
                    "new key",
                    "idempotency_key");
    }
    return answer_for(request->id, step.store.jobs_of(request->id), true);
}

Result<job::Order> check_order(Step& step, const job::Submission& submission) {
    State& state = step.state;
    auto order = job::accept_submission(submission, state.catalogue.facts(), draw_seed(state.rng));
    if (!order) return order;
    const AccountId account = submission.account;
    if (auto ok = check_uploaded(step, account, order->specs.front()); !ok) {
        return Failure{ok.error()};
    }
    if (auto ok = job::check_timing(submission, state.policy.job_expiry); !ok) {
        return Failure{ok.error()};
    }
    const auto open = static_cast<std::uint32_t>(state.jobs.count(account));
    const std::uint32_t most = max_open_jobs(state, *state.accounts.find(account));
    if (auto ok = job::check_open_jobs(open, submission.count, most); !ok) {
        return Failure{ok.error()};
    }
    const Credits available = step.store.balance(ledger::available_of(account));
    const RenderSpec& spec = order->specs.front();
    const auto model = job::find_model(spec.model, state.catalogue.facts());
    if (auto ok = job::check_affordable(*model, spec, submission.count, available); !ok) {
        return Failure{ok.error()};
    }
    return order;
}

job::Job make_job(Step& step, RequestId request, const job::Submission& submission,
                  const job::Order& order, const RenderSpec& spec) {
    const auto longest = step.state.policy.job_expiry;
    job::Job job;
    job.id = draw_in_time<JobId>(step.state.rng, step.now.wall);
    job.request = request;
    job.account = submission.account;
    job.spec = spec;
    job.model_digest = order.model_digest;
    job.prompt_salt = draw_salt(step.state.rng);
    job.price = order.price;
    job.submitted = step.now.wall;
    job.start = job.submitted + submission.start_in;
    job.expires = job.start + (submission.expires_in > 0ms ? submission.expires_in : longest);
    job.priority = submission.priority;
    job.trace = submission.trace;
    return job;
}

// Stores the jobs, holds their price and queues them.
Submitted place(Step& step, const job::Submission& submission, const job::Order& order,
                const Digest& request_hash) {
    const store::Request request{.id = draw_in_time<RequestId>(step.state.rng, step.now.wall),
                                 .account = submission.account,
                                 .idempotency_key = submission.idempotency_key,
                                 .request_hash = request_hash,
                                 .submitted = step.now.wall};
    step.store.insert(request);
    std::vector<job::Job> jobs;
    for (const RenderSpec& spec : order.specs) {
        jobs.push_back(make_job(step, request.id, submission, order, spec));
        step.store.insert(jobs.back());
        ledger::hold(step.store, jobs.back(), step.now.wall);
        ++step.state.counters.submitted;
        enqueue(step, step.state.jobs.add(jobs.back()));
    }
    Submitted submitted = answer_for(request.id, std::move(jobs), false);
    submitted.warnings = prospects(step.state, submitted.jobs.front());
    return submitted;
}

Result<Answer> submit(Step& step, const job::Submission& submission) {
    const store::Account* account = step.state.accounts.find(submission.account);
    if (!account || account->revoked) {
        return fail(ErrorCode::unauthenticated, "this account is not known, or was revoked");
    }
    if (auto ok = job::check_texts(submission); !ok) return Failure{ok.error()};
    // Nobody can come back to a request without a key.
    const Digest request_hash =
        submission.idempotency_key.empty() ? Digest{} : job::request_hash(submission);
    if (auto earlier = earlier_answer(step, submission, request_hash)) return *earlier;
    const auto order = check_order(step, submission);
    if (!order) return Failure{order.error()};
    return place(step, submission, *order, request_hash);
}

Result<Answer> cancel(Step& step, const CancelJob& event) {
    const auto job = step.store.find_job(event.job);
    if (!job || job->account != event.account) {
        return fail(ErrorCode::not_found, "your account has no job " + event.job.to_hex(),
                    "job_id");
    }
    if (step.state.jobs.find(event.job)) cancel_job(step, event.job, "cancelled by its creator");
    return *step.store.find_job(event.job);
}

}  // namespace

void on(Step& step, const Submit& event) {
    step.reply(event.reply, submit(step, event.submission));
}

void on(Step& step, const CancelJob& event) { step.reply(event.reply, cancel(step, event)); }

}  // namespace gotong::core
