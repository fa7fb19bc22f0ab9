#include "coordinator/rpc/admin_service.h"

#include <algorithm>

#include "common/bytes.h"
#include "common/crypto/token.h"
#include "common/text/plain_name.h"
#include "coordinator/ledger/ledger.h"
#include "coordinator/rpc/auth.h"
#include "coordinator/rpc/convert.h"
#include "coordinator/rpc/explain.h"
#include "coordinator/rpc/unary.h"

namespace gotong::rpc {
namespace {

using Context = AdminService::Context;
using Bytes = AdminService::Bytes;
using Unary = AdminService::Unary;

constexpr std::chrono::milliseconds kInviteValid = 24h;
// An invite that lies about for longer is a key under the mat.
constexpr std::chrono::milliseconds kInviteValidMost = 720h;

// handle(Turn&, request) -> Result<Response>, answered after the commit.
template <class Request, class Response, class Handle>
Unary* serve_read(const Edge& edge, Context* context, const Bytes* in, Bytes* out, Handle handle) {
    return serve<Request, Response>(
        context, in, out, [&](Request request, const Respond<Response>& respond) {
            post_or_refuse(edge.loop, respond,
                           [respond, handle, request = std::move(request)](loop::Turn& turn) {
                               turn.after_commit(
                                   [respond, result = handle(turn, request)] { respond(result); });
                           });
        });
}

// event_of(request) -> Result<event>; answer_of(answer) -> Response.
template <class Request, class Response, class EventOf, class AnswerOf>
Unary* serve_ask(const Edge& edge, Context* context, const Bytes* in, Bytes* out, EventOf event_of,
                 AnswerOf answer_of) {
    return serve<Request, Response>(
        context, in, out, [&](const Request& request, const Respond<Response>& respond) {
            auto event = event_of(request);
            if (!event) return respond(Failure(event.error()));
            post_or_refuse(edge.loop, respond,
                           [respond, answer_of, event = *std::move(event)](loop::Turn& turn) {
                               turn.ask(event,
                                        [respond, answer_of](const Result<core::Answer>& answer) {
                                            if (!answer) return respond(Failure(answer.error()));
                                            respond(answer_of(*answer));
                                        });
                           });
        });
}

v1::GetPoolStatusResponse pool_status(const Edge& edge, loop::Turn& turn) {
    const core::PoolView pool = turn.core().pool();
    const store::Counts counts = turn.store().counts();
    v1::GetPoolStatusResponse response;
    *response.mutable_pool() = edge.pool();
    response.set_workers_online(pool.workers_online);
    response.set_jobs_queued(pool.jobs_queued);
    response.set_jobs_running(pool.jobs_running);
    response.set_jobs_done(counts.done);
    response.set_jobs_failed(counts.failed);
    response.set_jobs_cancelled(counts.cancelled);
    return response;
}

v1::ListAccountsResponse list_accounts(loop::Turn& turn) {
    v1::ListAccountsResponse response;
    for (const store::Account& account : turn.core().accounts()) {
        auto* wire = response.add_accounts();
        wire->set_name(account.name);
        wire->set_revoked(account.revoked);
        wire->set_available_micro_credits(
            turn.store().balance(ledger::available_of(account.id)).micro);
        wire->set_held_micro_credits(turn.store().balance(ledger::held_of(account.id)).micro);
        const core::AccountView view = turn.core().view(account);
        wire->set_weight(account.weight);
        wire->set_open_jobs(view.open_jobs);
        wire->set_max_open_jobs(view.max_open_jobs);
    }
    return response;
}

v1::ListWorkersResponse list_workers(loop::Turn& turn, WorkerStreams& streams) {
    v1::ListWorkersResponse response;
    for (const core::WorkerView& view : turn.core().workers()) {
        auto* wire = response.add_workers();
        wire->set_worker_id(view.worker.id.to_hex());
        wire->set_name(view.worker.name);
        wire->set_public_key(std::string(as_text(view.worker.public_key.bytes)));
        wire->set_online(view.online);
        wire->set_revoked(view.worker.revoked);
        wire->set_device(view.device);
        wire->set_stuck_slots(view.stuck_slots);
        wire->set_has_rival(view.has_rival);
        wire->set_polls(view.stream && streams.polls(*view.stream));
        for (const std::string& model : view.models) wire->add_models(model);
        wire->set_jobs_accepted(turn.store().record_of(view.worker.id).accepted);
        wire->set_earned_micro_credits(
            turn.store().balance(ledger::earned_by(view.worker.id)).micro);
    }
    return response;
}

// A job's texts and picture are their creator's business.
v1::JobExplanation explain_to_operator(const Edge& edge, loop::Turn& turn, const job::Job& job) {
    v1::JobExplanation explanation = explain(turn, job, edge.links_for({}));
    explanation.mutable_job()->clear_picture();
    explanation.mutable_job()->mutable_spec()->clear_prompt();
    explanation.mutable_job()->mutable_spec()->clear_negative_prompt();
    return explanation;
}

Result<v1::ExplainResponse> explain_subject(const Edge& edge, loop::Turn& turn,
                                            const v1::ExplainRequest& request) {
    v1::ExplainResponse response;
    const auto id = JobId::from_hex(request.subject());
    if (const auto job = id ? turn.store().find_job(*id) : std::nullopt) {
        *response.mutable_job() = explain_to_operator(edge, turn, *job);
        return response;
    }
    const auto worker = turn.core().worker_named(request.subject());
    if (worker) {
        *response.mutable_worker() = explain(turn, *worker);
        return response;
    }
    if (worker.error().code != ErrorCode::not_found) return Failure(worker.error());
    return fail(ErrorCode::not_found,
                "this pool has no job and no worker \"" + request.subject() + "\"", "subject");
}

Result<core::SetAccount> set_account_from(const v1::SetAccountRequest& request) {
    core::SetAccount event;
    event.name = request.account();
    if (request.has_weight()) event.weight = request.weight();
    if (request.has_max_open_jobs()) event.max_open_jobs = request.max_open_jobs();
    return event;
}

// Of the loop's turn: the job's account, in whose books the hold is.
void requeue(loop::Turn& turn, JobId job, const Respond<v1::RequeueJobResponse>& respond) {
    const auto found = turn.store().find_job(job);
    const auto account = found ? turn.core().account(found->account) : std::nullopt;
    turn.ask(core::RequeueJob{.job = job},
             [respond, name = account ? account->name : ""](const Result<core::Answer>& answer) {
                 if (!answer) return respond(Failure(answer.error()));
                 v1::RequeueJobResponse response;
                 response.set_account(name);
                 respond(std::move(response));
             });
}

Result<core::AddModel> add_model_from(const v1::AddModelRequest& request) {
    auto model = model_from(request.model());
    if (!model) return Failure(model.error());
    return core::AddModel{.model = *std::move(model)};
}

Result<core::AddInvite> add_invite_from(const v1::CreateInviteRequest& request,
                                        const std::string& token) {
    const auto most = static_cast<std::uint64_t>(kInviteValidMost.count());
    if (request.valid_for_ms() > most) {
        return fail(ErrorCode::invalid_argument, "an invite is valid for at most 30 days",
                    "valid_for_ms");
    }
    const std::chrono::milliseconds valid_for{request.valid_for_ms()};
    return core::AddInvite{.token_hash = crypto::token_hash(token),
                           .valid_for = valid_for == 0ms ? kInviteValid : valid_for};
}

Result<core::AddAccount> add_account_from(const v1::CreateTokenRequest& request,
                                          const std::string& token, Credits grant) {
    if (!text::is_plain_name(request.account())) {
        return fail(
            ErrorCode::invalid_argument,
            "an account's name has 1 to 64 of a-z, 0-9, '.', '_' and '-', and begins with a "
            "letter or digit",
            "account");
    }
    constexpr std::uint64_t most = std::uint64_t{1} << 53U;  // Sums stay far inside 64 bits.
    if (request.grant_micro_credits() > most) {
        return fail(ErrorCode::invalid_argument,
                    "a grant is at most " + std::to_string(most) + " micro-credits",
                    "grant_micro_credits");
    }
    const bool given = request.has_grant_micro_credits();
    return core::AddAccount{
        .name = request.account(),
        .token_hash = crypto::token_hash(token),
        .grant = given ? Credits{static_cast<std::int64_t>(request.grant_micro_credits())} : grant};
}

}  // namespace

Unary* AdminService::GetPoolStatus(Context* context, const Bytes* in, Bytes* out) {
    return serve_read<v1::GetPoolStatusRequest, v1::GetPoolStatusResponse>(
        edge_, context, in, out,
        [this](loop::Turn& turn, const auto&) -> Result<v1::GetPoolStatusResponse> {
            return pool_status(edge_, turn);
        });
}

Unary* AdminService::ListAccounts(Context* context, const Bytes* in, Bytes* out) {
    return serve_read<v1::ListAccountsRequest, v1::ListAccountsResponse>(
        edge_, context, in, out,
        [](loop::Turn& turn, const auto&) -> Result<v1::ListAccountsResponse> {
            return list_accounts(turn);
        });
}

Unary* AdminService::ListWorkers(Context* context, const Bytes* in, Bytes* out) {
    return serve_read<v1::ListWorkersRequest, v1::ListWorkersResponse>(
        edge_, context, in, out,
        [this](loop::Turn& turn, const auto&) -> Result<v1::ListWorkersResponse> {
            return list_workers(turn, streams_);
        });
}

Unary* AdminService::AddModel(Context* context, const Bytes* in, Bytes* out) {
    return serve_ask<v1::AddModelRequest, v1::AddModelResponse>(
        edge_, context, in, out, add_model_from, [](const core::Answer& answer) {
            v1::AddModelResponse response;
            response.set_replaced(std::get<core::Replaced>(answer).replaced);
            return response;
        });
}

Unary* AdminService::RemoveModel(Context* context, const Bytes* in, Bytes* out) {
    return serve_ask<v1::RemoveModelRequest, v1::RemoveModelResponse>(
        edge_, context, in, out,
        [](const v1::RemoveModelRequest& request) -> Result<core::RemoveModel> {
            return core::RemoveModel{.name = request.name()};
        },
        [](const core::Answer&) { return v1::RemoveModelResponse{}; });
}

Unary* AdminService::CreateInvite(Context* context, const Bytes* in, Bytes* out) {
    invite::Invite invite = edge_.invite;
    invite.token = crypto::new_token(invite::kInviteTokenPrefix);
    return serve_ask<v1::CreateInviteRequest, v1::CreateInviteResponse>(
        edge_, context, in, out,
        [&](const v1::CreateInviteRequest& request) {
            return add_invite_from(request, invite.token);
        },
        [text = invite::encode(invite)](const core::Answer&) {
            v1::CreateInviteResponse response;
            response.set_invite(text);
            return response;
        });
}

Unary* AdminService::CreateToken(Context* context, const Bytes* in, Bytes* out) {
    const std::string token = crypto::new_token(kCreatorTokenPrefix);
    return serve_ask<v1::CreateTokenRequest, v1::CreateTokenResponse>(
        edge_, context, in, out,
        [&](const v1::CreateTokenRequest& request) {
            return add_account_from(request, token, edge_.grant);
        },
        [token](const core::Answer&) {
            v1::CreateTokenResponse response;
            response.set_token(token);
            return response;
        });
}

Unary* AdminService::RevokeToken(Context* context, const Bytes* in, Bytes* out) {
    return serve_ask<v1::RevokeTokenRequest, v1::RevokeTokenResponse>(
        edge_, context, in, out,
        [](const v1::RevokeTokenRequest& request) -> Result<core::RevokeAccount> {
            return core::RevokeAccount{.name = request.account()};
        },
        [](const core::Answer&) { return v1::RevokeTokenResponse{}; });
}

Unary* AdminService::RevokeWorker(Context* context, const Bytes* in, Bytes* out) {
    return serve_ask<v1::RevokeWorkerRequest, v1::RevokeWorkerResponse>(
        edge_, context, in, out,
        [](const v1::RevokeWorkerRequest& request) -> Result<core::RevokeWorker> {
            return core::RevokeWorker{.worker = request.worker()};
        },
        [](const core::Answer& answer) {
            v1::RevokeWorkerResponse response;
            response.set_worker_id(std::get<core::RevokedWorker>(answer).worker.to_hex());
            return response;
        });
}

Unary* AdminService::Explain(Context* context, const Bytes* in, Bytes* out) {
    return serve_read<v1::ExplainRequest, v1::ExplainResponse>(
        edge_, context, in, out, [this](loop::Turn& turn, const v1::ExplainRequest& request) {
            return explain_subject(edge_, turn, request);
        });
}

Unary* AdminService::SetAccount(Context* context, const Bytes* in, Bytes* out) {
    return serve_ask<v1::SetAccountRequest, v1::SetAccountResponse>(
        edge_, context, in, out, set_account_from,
        [](const core::Answer&) { return v1::SetAccountResponse{}; });
}

Unary* AdminService::RequeueJob(Context* context, const Bytes* in, Bytes* out) {
    return serve<v1::RequeueJobRequest, v1::RequeueJobResponse>(
        context, in, out,
        [&](const v1::RequeueJobRequest& request, const Respond<v1::RequeueJobResponse>& respond) {
            const auto job = job_id_from(request.job_id());
            if (!job) return respond(Failure(job.error()));
            post_or_refuse(edge_.loop, respond, [respond, job = *job](loop::Turn& turn) {
                requeue(turn, job, respond);
            });
        });
}

}  // namespace gotong::rpc
