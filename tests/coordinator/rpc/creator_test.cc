// What a creator meets at the gRPC door, on a real coordinator with its real store and gateway, and
// a worker that is played by the test.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>

#include "common/bytes.h"
#include "common/crypto/base64.h"
#include "common/crypto/sha256.h"
#include "common/file/file.h"
#include "common/http/client.h"
#include "common/receipt/verify.h"
#include "tests/support/pool/running_pool.h"
#include "tests/support/pool/scripted_worker.h"

namespace gotong::test {
namespace {

using grpc::StatusCode;

v1::SubmitResponse submit(RunningPool& pool, const v1::SubmitRequest& request) {
    v1::SubmitResponse response;
    const auto status =
        pool.creator().Submit(call_as(pool.operator_token()).get(), request, &response);
    INFO(status.error_message());
    REQUIRE(status.ok());
    return response;
}

struct Refusal {
    StatusCode code;
    std::string message;
    std::string field;
};

Refusal refused(RunningPool& pool, const v1::SubmitRequest& request, const std::string& token) {
    const auto context = call_as(token);
    v1::SubmitResponse response;
    const auto status = pool.creator().Submit(context.get(), request, &response);
    return {status.error_code(), status.error_message(), field_at_fault(*context)};
}

std::string download(const std::string& url) {
    http::Request request{
        .url = http::parse_url(url).value(), .body = {}, .content_type = {}, .pinned = {}};
    request.most_bytes = 1 << 20;
    const auto got = http::exchange(request);
    REQUIRE(got);
    REQUIRE(got->status == 200);
    return got->body;
}

crypto::PublicKey pool_key(const RunningPool& pool) {
    std::string text = file::read_small(pool.data() / "pool.pub", 256).value();
    text.pop_back();
    return crypto::checked_public_key(as_bytes(crypto::base64_decode(text).value())).value();
}

TEST_CASE("a submitted job becomes a picture whose receipt stands up") {
    RunningPool pool;
    pool.add_test_model();
    const v1::Job job = submit(pool, a_request()).jobs(0);
    CHECK(job.state() == v1::JOB_STATE_QUEUED);

    v1::WatchJobRequest watch;
    watch.set_job_id(job.job_id());
    const auto context = call_as(pool.operator_token());
    const auto changes = pool.creator().WatchJob(context.get(), watch);
    v1::WatchJobResponse change;
    REQUIRE(changes->Read(&change));
    CHECK(change.job().state() == v1::JOB_STATE_QUEUED);
    CHECK(change.job().queue_position() == 1);

    ScriptedWorker worker(pool.channel(), pool.new_invite());
    REQUIRE(worker.enrol().ok());
    REQUIRE(worker.connect());
    const auto offer = worker.hear_offer();
    REQUIRE(offer);
    const auto ack = worker.do_job(*offer);
    REQUIRE(ack);
    CHECK(ack->verdict() == v1::ResultAck::VERDICT_ACCEPTED);
    CHECK(ack->credit_micro_credits() == job.price_micro_credits());

    while (changes->Read(&change)) {
    }
    CHECK(changes->Finish().ok());
    CHECK(change.job().state() == v1::JOB_STATE_DONE);
    const std::string picture = download(change.job().picture().picture_url());
    const auto verdict = receipt::verify_picture(picture, std::array{pool_key(pool)});
    REQUIRE(verdict);
    CHECK(verdict->outcome == receipt::Outcome::valid);
    const std::string blob = download(change.job().picture().blob_url());
    CHECK(as_text(crypto::sha256(as_bytes(blob))) == change.job().picture().sha256());
    CHECK(worker.leave().ok());
}

TEST_CASE("credits are held when a job is submitted and come back when it is cancelled") {
    RunningPool pool;
    pool.add_test_model();
    const auto status_now = [&] {
        v1::GetStatusResponse status;
        REQUIRE(pool.creator().GetStatus(call_as(pool.operator_token()).get(), {}, &status).ok());
        return status;
    };
    const v1::GetStatusResponse before = status_now();
    CHECK(before.account() == "operator");
    CHECK(before.held_micro_credits() == 0);

    const v1::SubmitResponse submitted = submit(pool, a_request());
    const auto price = static_cast<std::int64_t>(submitted.price_micro_credits());
    CHECK(price > 0);
    CHECK(status_now().held_micro_credits() == price);
    CHECK(status_now().jobs_queued() == 1);
    CHECK(status_now().jobs(0).job_id() == submitted.jobs(0).job_id());

    v1::CancelJobRequest cancel;
    cancel.set_job_id(submitted.jobs(0).job_id());
    v1::CancelJobResponse cancelled;
    REQUIRE(
        pool.creator().CancelJob(call_as(pool.operator_token()).get(), cancel, &cancelled).ok());
    CHECK(cancelled.job().state() == v1::JOB_STATE_CANCELLED);
    CHECK(status_now().held_micro_credits() == 0);
    CHECK(status_now().available_micro_credits() == before.available_micro_credits());
}

TEST_CASE("the same idempotency key answers with the same jobs, and refuses another request") {
    RunningPool pool;
    pool.add_test_model();
    v1::SubmitRequest request = a_request();
    request.set_idempotency_key("k-1");
    request.set_count(3);
    const v1::SubmitResponse first = submit(pool, request);
    const v1::SubmitResponse second = submit(pool, request);
    CHECK_FALSE(first.already_submitted());
    CHECK(second.already_submitted());
    REQUIRE(second.jobs_size() == 3);
    for (int i = 0; i < 3; ++i) CHECK(first.jobs(i).job_id() == second.jobs(i).job_id());

    request.mutable_spec()->set_prompt("a green apple");
    CHECK(refused(pool, request, pool.operator_token()).code == StatusCode::ALREADY_EXISTS);
}

TEST_CASE("a call without a good token says which token is wanted, and why this one is not") {
    RunningPool pool;
    pool.add_test_model();
    const auto expect = [&](const std::string& token, const std::string& part) {
        const Refusal refusal = refused(pool, a_request(), token);
        INFO(refusal.message);
        CHECK(refusal.code == StatusCode::UNAUTHENTICATED);
        CHECK(refusal.field == "authorization");
        CHECK(refusal.message.find(part) != std::string::npos);
    };
    const std::string revoked = pool.new_token("anna");
    v1::RevokeTokenRequest revoke;
    revoke.set_account("anna");
    v1::RevokeTokenResponse done;
    REQUIRE(pool.admin().RevokeToken(call_as("").get(), revoke, &done).ok());

    expect("", "gotong token create");
    expect("hf_something", "begin with gtc_");
    expect("gtc_" + std::string(43, 'A'), "does not know this token");
    expect(revoked, "was revoked");
}

TEST_CASE("bad input is refused with the field at fault, and nothing is queued") {
    RunningPool pool;
    pool.add_test_model();
    const auto expect = [&](const v1::SubmitRequest& request, const std::string& field,
                            const std::string& part) {
        const Refusal refusal = refused(pool, request, pool.operator_token());
        INFO(field << ": " << refusal.message);
        CHECK(refusal.code == StatusCode::INVALID_ARGUMENT);
        CHECK(refusal.field == field);
        CHECK(refusal.message.find(part) != std::string::npos);
    };
    v1::SubmitRequest not_utf8 = a_request("caf\xe9");
    expect(not_utf8, "prompt", "not valid UTF-8");
    expect(a_request(std::string(70'000, 'x')), "prompt", "70000 bytes");
    v1::SubmitRequest steps = a_request();
    steps.mutable_spec()->set_steps(1'000);
    expect(steps, "steps", "150");

    v1::SubmitRequest model = a_request();
    model.mutable_spec()->set_model("tinny");
    const Refusal refusal = refused(pool, model, pool.operator_token());
    CHECK(refusal.field == "model");
    CHECK(refusal.message.find("tiny") != std::string::npos);

    v1::GetStatusResponse status;
    REQUIRE(pool.creator().GetStatus(call_as(pool.operator_token()).get(), {}, &status).ok());
    CHECK(status.jobs_size() == 0);
}

TEST_CASE("another account's job is as unknown as one that does not exist") {
    RunningPool pool;
    pool.add_test_model();
    const std::string job = submit(pool, a_request()).jobs(0).job_id();
    const std::string other = pool.new_token("anna");
    const auto get = [&](const std::string& id, const std::string& token) {
        v1::GetJobRequest request;
        request.set_job_id(id);
        v1::GetJobResponse response;
        return pool.creator().GetJob(call_as(token).get(), request, &response).error_code();
    };
    CHECK(get(job, pool.operator_token()) == StatusCode::OK);
    CHECK(get(job, other) == StatusCode::NOT_FOUND);
    CHECK(get(std::string(32, '0'), other) == StatusCode::NOT_FOUND);
    CHECK(get("job 1", other) == StatusCode::INVALID_ARGUMENT);

    v1::WatchJobRequest watch;
    watch.set_job_id(job);
    const auto context = call_as(other);
    const auto changes = pool.creator().WatchJob(context.get(), watch);
    v1::WatchJobResponse change;
    CHECK_FALSE(changes->Read(&change));
    CHECK(changes->Finish().error_code() == StatusCode::NOT_FOUND);
}

TEST_CASE("the pool says who it is and what it can render") {
    RunningPool pool({"--name", "harbour"});
    pool.add_test_model();
    v1::GetPoolResponse who;
    REQUIRE(pool.creator().GetPool(call_as("").get(), {}, &who).ok());
    CHECK(who.pool().name() == "harbour");
    CHECK(who.pool().public_key() == as_text(pool_key(pool).bytes));

    v1::ListModelsResponse models;
    REQUIRE(pool.creator().ListModels(call_as(pool.operator_token()).get(), {}, &models).ok());
    REQUIRE(models.models_size() == 1);
    CHECK(models.models(0).name() == kTestModel);
    CHECK(models.models(0).files_size() == 1);
    CHECK(models.models(0).digest().size() == 32);
    CHECK(models.samplers_size() == 17);
    CHECK(models.schedules_size() == 6);
    REQUIRE(models.sampler_facts_size() == 17);
    const auto plms =
        std::find_if(models.sampler_facts().begin(), models.sampler_facts().end(),
                     [](const v1::Sampler& sampler) { return sampler.name() == "plms"; });
    REQUIRE(plms != models.sampler_facts().end());
    CHECK(plms->default_schedule() == "normal");
    CHECK(plms->schedules_size() == 2);
    CHECK(plms->calls_per_step() == 1);
    CHECK_FALSE(plms->draws_noise());
    REQUIRE(plms->aliases_size() == 2);
    CHECK(plms->aliases(1) == "PNDMScheduler");
}

TEST_CASE("a creator who stops watching leaves the pool and its job alone") {
    RunningPool pool;
    pool.add_test_model();
    const std::string job = submit(pool, a_request()).jobs(0).job_id();
    v1::WatchJobRequest watch;
    watch.set_job_id(job);
    for (int i = 0; i < 20; ++i) {
        const auto context = call_as(pool.operator_token());
        const auto changes = pool.creator().WatchJob(context.get(), watch);
        v1::WatchJobResponse change;
        CHECK(changes->Read(&change));
        context->TryCancel();
        CHECK(changes->Finish().error_code() == StatusCode::CANCELLED);
    }
    v1::CancelJobRequest cancel;
    cancel.set_job_id(job);
    v1::CancelJobResponse cancelled;
    CHECK(pool.creator().CancelJob(call_as(pool.operator_token()).get(), cancel, &cancelled).ok());
    CHECK(pool.stop() == 0);
}

}  // namespace
}  // namespace gotong::test
