#include "coordinator/rpc/creator_service.h"

#include <algorithm>

#include "common/bytes.h"
#include "common/sampling/samplers.h"
#include "coordinator/ledger/ledger.h"
#include "coordinator/rpc/auth.h"
#include "coordinator/rpc/convert.h"
#include "coordinator/rpc/explain.h"
#include "coordinator/rpc/job_log.h"
#include "coordinator/rpc/limits.h"
#include "coordinator/rpc/unary.h"

namespace gotong::rpc {
namespace {

using Context = CreatorService::Context;
using Bytes = CreatorService::Bytes;
using Unary = CreatorService::Unary;

constexpr std::uint32_t kDefaultJobs = 10;  // Of a status: a screenful.
constexpr std::uint32_t kMaxJobs = 100;

// One call of an account, as its handler sees it on the loop's thread.
template <class Request, class Response>
struct Call {
    loop::Turn& turn;
    AccountId account;
    const Request& request;
    Links links;
    Respond<Response> respond;

    // Nothing is said before what the turn did is durable, answers to questions included.
    void answer(Result<Response> result) const {
        turn.after_commit([respond = respond, result = std::move(result)] { respond(result); });
    }
};

// Takes the token, then runs handle(Call) on the loop's thread.
template <class Request, class Response, class Handle>
Unary* serve_account(const Edge& edge, Context* context, const Bytes* in, Bytes* out,
                     Handle handle) {
    return serve<Request, Response>(
        context, in, out, [&](Request request, const Respond<Response>& respond) {
            const auto token = bearer_token(*context);
            if (!token) return respond(Failure(token.error()));
            post_or_refuse(edge.loop, respond,
                           [&edge, respond, handle, token = *token, request = std::move(request),
                            base = edge.base_for(*context)](loop::Turn& turn) {
                               const auto account = account_of(turn.core(), token);
                               Call<Request, Response> call{turn, account.value_or(AccountId{}),
                                                            request, edge.links_for(base), respond};
                               if (!account) return call.answer(Failure(account.error()));
                               handle(call);
                           });
        });
}

Failure no_such_job(JobId id) {
    return fail(ErrorCode::not_found,
                "this account has no job " + id.to_hex() + "; `gotong jobs` lists its jobs",
                "job_id");
}

// Another account's job is as unknown as one that does not exist.
Result<job::Job> find_own_job(loop::Turn& turn, AccountId account, const std::string& hex) {
    const auto id = job_id_from(hex);
    if (!id) return Failure(id.error());
    auto job = turn.store().find_job(*id);
    if (!job || job->account != account) return no_such_job(*id);
    return *std::move(job);
}

Result<core::PlanUpload> upload_from(const v1::CreateUploadRequest& wire, AccountId account) {
    core::PlanUpload event{.name = {.account = account}, .size = wire.size()};
    if (wire.sha256().size() != event.name.sha256.size()) {
        return fail(ErrorCode::invalid_argument, "sha256 has 32 bytes: the file's SHA-256, raw",
                    "sha256");
    }
    std::ranges::copy(as_bytes(wire.sha256()), event.name.sha256.begin());
    return event;
}

void create_upload(const Call<v1::CreateUploadRequest, v1::CreateUploadResponse>& call) {
    const auto event = upload_from(call.request, call.account);
    if (!event) return call.answer(Failure(event.error()));
    call.turn.ask(*event, [respond = call.respond, links = call.links, name = event->name,
                           size = event->size](const Result<core::Answer>& answer) {
        if (!answer) return respond(Failure(answer.error()));
        v1::CreateUploadResponse response;
        response.set_stored(std::get<core::UploadPlanned>(*answer).stored);
        if (!response.stored()) {
            response.set_url(links.upload_input(name, size));
            response.set_expires_in_ms(static_cast<std::uint64_t>(kUploadValid.count()));
        }
        respond(std::move(response));
    });
}

v1::SubmitResponse response_of(const core::Submitted& submitted, const Links& links) {
    v1::SubmitResponse response;
    response.set_request_id(submitted.request.to_hex());
    response.set_price_micro_credits(static_cast<std::uint64_t>(submitted.price.micro));
    response.set_already_submitted(submitted.already_submitted);
    for (const job::Job& job : submitted.jobs) {
        *response.add_jobs() = to_wire(core::JobView{.job = job}, links);
    }
    for (const std::string& warning : submitted.warnings) response.add_warnings(warning);
    return response;
}

void submit(const Call<v1::SubmitRequest, v1::SubmitResponse>& call, const TraceId& trace) {
    core::Submit event{.submission = submission_from(call.request)};
    event.submission.account = call.account;
    event.submission.trace = trace;
    call.turn.ask(std::move(event),
                  [respond = call.respond, links = call.links](const Result<core::Answer>& answer) {
                      if (!answer) return respond(Failure(answer.error()));
                      const auto& submitted = std::get<core::Submitted>(*answer);
                      log_submitted(submitted);
                      respond(response_of(submitted, links));
                  });
}

void get_job(const Call<v1::GetJobRequest, v1::GetJobResponse>& call) {
    const auto job = find_own_job(call.turn, call.account, call.request.job_id());
    if (!job) return call.answer(Failure(job.error()));
    v1::GetJobResponse response;
    *response.mutable_job() = to_wire(call.turn.core().view(*job, call.turn.now()), call.links);
    call.answer(std::move(response));
}

void cancel_job(const Call<v1::CancelJobRequest, v1::CancelJobResponse>& call) {
    const auto job = find_own_job(call.turn, call.account, call.request.job_id());
    if (!job) return call.answer(Failure(job.error()));
    core::CancelJob event{.account = call.account, .job = job->id};
    call.turn.ask(std::move(event), [respond = call.respond,
                                     links = call.links](const Result<core::Answer>& answer) {
        if (!answer) return respond(Failure(answer.error()));
        v1::CancelJobResponse response;
        *response.mutable_job() = to_wire(core::JobView{.job = std::get<job::Job>(*answer)}, links);
        respond(std::move(response));
    });
}

void list_models(const Call<v1::ListModelsRequest, v1::ListModelsResponse>& call) {
    v1::ListModelsResponse response;
    for (const auto& model : call.turn.core().catalogue()) {
        *response.add_models() = to_wire(model);
    }
    for (const auto& it : sampling::samplers()) {
        response.add_samplers(std::string(it.name));
        *response.add_sampler_facts() = to_wire(it);
    }
    for (const auto& it : sampling::schedules()) response.add_schedules(std::string(it.name));
    call.answer(std::move(response));
}

void add_jobs(const Call<v1::GetStatusRequest, v1::GetStatusResponse>& call,
              v1::GetStatusResponse& response) {
    const std::uint32_t wanted = call.request.jobs() == 0 ? kDefaultJobs : call.request.jobs();
    const std::uint32_t most = std::min(wanted, kMaxJobs);
    const auto jobs = call.request.open_only()
                          ? call.turn.core().newest_open_jobs(call.account, most)
                          : call.turn.store().newest_jobs(call.account, most);
    for (const job::Job& job : jobs) {
        *response.add_jobs() = to_wire(call.turn.core().view(job, call.turn.now()), call.links);
    }
}

void get_status(const Edge& edge, const Call<v1::GetStatusRequest, v1::GetStatusResponse>& call) {
    auto& store = call.turn.store();
    const core::PoolView pool = call.turn.core().pool();
    v1::GetStatusResponse response;
    *response.mutable_pool() = edge.pool();
    if (const auto account = call.turn.core().account(call.account)) {
        const core::AccountView view = call.turn.core().view(*account);
        response.set_account(account->name);
        response.set_open_jobs(view.open_jobs);
        response.set_max_open_jobs(view.max_open_jobs);
    }
    response.set_available_micro_credits(store.balance(ledger::available_of(call.account)).micro);
    response.set_held_micro_credits(store.balance(ledger::held_of(call.account)).micro);
    response.set_workers_online(pool.workers_online);
    response.set_jobs_queued(pool.jobs_queued);
    response.set_jobs_running(pool.jobs_running);
    response.set_jobs_submitted(pool.since_start.submitted);
    response.set_jobs_done(pool.since_start.done);
    response.set_jobs_failed(pool.since_start.failed);
    if (const auto wait = call.turn.core().oldest_wait(call.turn.now()))
        response.set_oldest_wait_ms(static_cast<std::uint64_t>(wait->count()));
    add_jobs(call, response);
    call.answer(std::move(response));
}

void explain_job(const Call<v1::ExplainJobRequest, v1::ExplainJobResponse>& call) {
    const auto job = find_own_job(call.turn, call.account, call.request.job_id());
    if (!job) return call.answer(Failure(job.error()));
    v1::ExplainJobResponse response;
    *response.mutable_explanation() = explain(call.turn, *job, call.links);
    call.answer(std::move(response));
}

// On the loop's thread: the current view, then whatever the core says of the job.
void begin_watch(loop::Turn& turn, Watchers& watchers, std::uint64_t stream,
                 const crypto::Digest& token, const std::string& job_id) {
    const auto account = account_of(turn.core(), token);
    auto job =
        account ? find_own_job(turn, *account, job_id) : Result<job::Job>(Failure(account.error()));
    if (!job) {
        return turn.after_commit(
            [&watchers, stream, error = job.error()] { watchers.refuse(stream, error); });
    }
    turn.after_commit([&watchers, stream, view = turn.core().view(*job, turn.now())] {
        watchers.begin(stream, view.job.id, view);
    });
}

}  // namespace

Unary* CreatorService::GetPool(Context* context, const Bytes* in, Bytes* out) {
    return serve<v1::GetPoolRequest, v1::GetPoolResponse>(
        context, in, out,
        [this](const v1::GetPoolRequest&, const Respond<v1::GetPoolResponse>& respond) {
            v1::GetPoolResponse response;
            *response.mutable_pool() = edge_.pool();
            respond(std::move(response));
        });
}

Unary* CreatorService::ListModels(Context* context, const Bytes* in, Bytes* out) {
    return serve_account<v1::ListModelsRequest, v1::ListModelsResponse>(edge_, context, in, out,
                                                                        list_models);
}

Unary* CreatorService::Submit(Context* context, const Bytes* in, Bytes* out) {
    return serve_account<v1::SubmitRequest, v1::SubmitResponse>(
        edge_, context, in, out,
        [trace = trace_of(*context)](const auto& call) { submit(call, trace); });
}

Unary* CreatorService::CreateUpload(Context* context, const Bytes* in, Bytes* out) {
    return serve_account<v1::CreateUploadRequest, v1::CreateUploadResponse>(edge_, context, in, out,
                                                                            create_upload);
}

Unary* CreatorService::GetJob(Context* context, const Bytes* in, Bytes* out) {
    return serve_account<v1::GetJobRequest, v1::GetJobResponse>(edge_, context, in, out, get_job);
}

Unary* CreatorService::CancelJob(Context* context, const Bytes* in, Bytes* out) {
    return serve_account<v1::CancelJobRequest, v1::CancelJobResponse>(edge_, context, in, out,
                                                                      cancel_job);
}

Unary* CreatorService::ExplainJob(Context* context, const Bytes* in, Bytes* out) {
    return serve_account<v1::ExplainJobRequest, v1::ExplainJobResponse>(edge_, context, in, out,
                                                                        explain_job);
}

Unary* CreatorService::GetStatus(Context* context, const Bytes* in, Bytes* out) {
    return serve_account<v1::GetStatusRequest, v1::GetStatusResponse>(
        edge_, context, in, out, [this](const auto& call) { get_status(edge_, call); });
}

grpc::ServerWriteReactor<v1::WatchJobResponse>* CreatorService::WatchJob(
    Context* context, const v1::WatchJobRequest* request) {
    const auto token = bearer_token(*context);
    const auto job = job_id_from(request->job_id());
    auto* stream = new WatchStream(*context, edge_, watchers_, job.value_or(JobId{}));
    const auto id = stream->id();
    if (!id) return stream;
    if (!token || !job) {
        watchers_.refuse(*id, token ? job.error() : token.error());
        return stream;
    }
    const bool posted =
        edge_.loop.post([this, id = *id, token = *token, hex = request->job_id()](
                            loop::Turn& turn) { begin_watch(turn, watchers_, id, token, hex); });
    if (!posted) watchers_.refuse(*id, busy());
    return stream;
}

}  // namespace gotong::rpc
