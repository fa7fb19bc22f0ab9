// From the first byte of an uploaded picture to the accepted result, on a real coordinator: what a
// creator says and PUTs, what a worker is offered and fetches, and what is refused on the way.
#include <catch2/catch_test_macros.hpp>

#include "common/bytes.h"
#include "common/crypto/sha256.h"
#include "common/http/client.h"
#include "common/receipt/bundle.h"
#include "tests/support/pool/running_pool.h"
#include "tests/support/pool/scripted_worker.h"

namespace gotong::test {
namespace {

using grpc::StatusCode;
using v1::ResultAck;

const std::string kPhoto = std::string("\x89PNG\r\n\x1a\n") + std::string(100'000, 'p');

std::string raw_sha256(const std::string& bytes) {
    return std::string(as_text(crypto::sha256(as_bytes(bytes))));
}

struct Planned {
    grpc::Status status;
    v1::CreateUploadResponse response;
    std::string field;
};

Planned plan(RunningPool& pool, const std::string& token, const std::string& sha256,
             std::uint64_t size) {
    Planned planned;
    v1::CreateUploadRequest request;
    request.set_sha256(sha256);
    request.set_size(size);
    const auto context = call_as(token);
    planned.status = pool.creator().CreateUpload(context.get(), request, &planned.response);
    planned.field = field_at_fault(*context);
    return planned;
}

http::Response exchange(http::Method method, const std::string& url, const std::string& body = {}) {
    const auto got = http::exchange({.method = method,
                                     .url = http::parse_url(url).value(),
                                     .body = body,
                                     .content_type = "application/octet-stream",
                                     .most_bytes = 1 << 20,
                                     .pinned = {}});
    REQUIRE(got);
    return *got;
}

void upload(RunningPool& pool, const std::string& token, const std::string& bytes) {
    const Planned planned = plan(pool, token, raw_sha256(bytes), bytes.size());
    INFO(planned.status.error_message());
    REQUIRE(planned.status.ok());
    REQUIRE(exchange(http::Method::put, planned.response.url(), bytes).status == 201);
}

v1::SubmitRequest from(const std::string& bytes, const std::string& mask = {}) {
    v1::SubmitRequest request = a_request("a fox");
    auto* original = request.mutable_spec()->mutable_original();
    original->set_picture_sha256(raw_sha256(bytes));
    if (!mask.empty()) original->set_mask_sha256(raw_sha256(mask));
    original->set_strength(0.5);
    return request;
}

struct Submitted {
    grpc::Status status;
    v1::SubmitResponse response;
    std::string field;
};

Submitted submit(RunningPool& pool, const std::string& token, const v1::SubmitRequest& request) {
    Submitted submitted;
    const auto context = call_as(token);
    submitted.status = pool.creator().Submit(context.get(), request, &submitted.response);
    submitted.field = field_at_fault(*context);
    return submitted;
}

v1::Job job_now(RunningPool& pool, const std::string& id) {
    v1::GetJobRequest request;
    request.set_job_id(id);
    v1::GetJobResponse response;
    REQUIRE(pool.creator().GetJob(call_as(pool.operator_token()).get(), request, &response).ok());
    return response.job();
}

std::filesystem::path file_of(const RunningPool& pool, const std::string& bytes) {
    const std::string name = crypto::to_hex(crypto::sha256(as_bytes(bytes)));
    for (const auto& account : std::filesystem::directory_iterator(pool.data() / "inputs")) {
        if (std::filesystem::exists(account.path() / name)) return account.path() / name;
    }
    return {};
}

TEST_CASE("an uploaded picture and its mask reach the worker, and the receipt names them") {
    RunningPool pool;
    pool.add_test_model();
    const std::string token = pool.operator_token();
    const std::string mask = std::string("\x89PNG\r\n\x1a\n") + "a mask";
    upload(pool, token, kPhoto);
    upload(pool, token, mask);
    CHECK(plan(pool, token, raw_sha256(kPhoto), kPhoto.size()).response.stored());
    const Submitted submitted = submit(pool, token, from(kPhoto, mask));
    REQUIRE(submitted.status.ok());
    const auto& spec = submitted.response.jobs(0).spec();
    CHECK(spec.original().strength() == 0.5);
    CHECK(spec.original().strength_rule() == "a1111");

    ScriptedWorker worker(pool.channel(), pool.new_invite());
    REQUIRE(worker.enrol().ok());
    REQUIRE(worker.connect());
    CHECK(worker.welcome().protocol() == 2);
    const auto offer = worker.hear_offer();
    REQUIRE(offer);
    REQUIRE(offer->inputs_size() == 2);
    CHECK(offer->inputs(0).sha256() == raw_sha256(kPhoto));
    CHECK(offer->inputs(0).size() == kPhoto.size());
    CHECK(exchange(http::Method::get, offer->inputs(0).url()).body == kPhoto);
    CHECK(exchange(http::Method::get, offer->inputs(1).url()).body == mask);
    CHECK(worker.do_job(*offer)->verdict() == ResultAck::VERDICT_ACCEPTED);

    const v1::Job job = job_now(pool, submitted.response.jobs(0).job_id());
    REQUIRE(job.state() == v1::JOB_STATE_DONE);
    const auto bundle = receipt::parse_bundle(job.picture().receipt()).value();
    const auto statement = receipt::parse_statement(bundle.statement.payload).value();
    CHECK(statement.original->picture == crypto::sha256(as_bytes(kPhoto)));
    CHECK(statement.original->mask == crypto::sha256(as_bytes(mask)));
}

TEST_CASE("an upload is one account's: nobody else may begin with it or is told that it is there") {
    RunningPool pool;
    pool.add_test_model();
    upload(pool, pool.operator_token(), kPhoto);
    const std::string bob = pool.new_token("bob");
    CHECK_FALSE(plan(pool, bob, raw_sha256(kPhoto), kPhoto.size()).response.stored());
    const Submitted refused = submit(pool, bob, from(kPhoto));
    CHECK(refused.status.error_code() == StatusCode::FAILED_PRECONDITION);
    CHECK(refused.field == "original.picture_sha256");
    CHECK(refused.status.error_message().ends_with("upload it first: CreateUpload"));
    CHECK(plan(pool, "gtc_nobody", raw_sha256(kPhoto), 1).status.error_code() ==
          StatusCode::UNAUTHENTICATED);
}

TEST_CASE("an upload that is too large, or named by half a digest, gets no URL") {
    RunningPool pool;
    const std::string token = pool.operator_token();
    const Planned large = plan(pool, token, raw_sha256(kPhoto), (16U << 20U) + 1);
    CHECK(large.status.error_code() == StatusCode::INVALID_ARGUMENT);
    CHECK(large.field == "size");
    const Planned half = plan(pool, token, raw_sha256(kPhoto).substr(16), 10);
    CHECK(half.status.error_code() == StatusCode::INVALID_ARGUMENT);
    CHECK(half.field == "sha256");
}

TEST_CASE("what was PUT but is no picture, or another one, cannot be begun with") {
    RunningPool pool;
    pool.add_test_model();
    const std::string token = pool.operator_token();
    const std::string text = "not a picture, but long enough";
    const Planned planned = plan(pool, token, raw_sha256(text), text.size());
    const auto answer = exchange(http::Method::put, planned.response.url(), text);
    CHECK(answer.status == 422);
    CHECK(answer.body.find("this is no PNG, JPEG or WebP file") != std::string::npos);
    const Planned other = plan(pool, token, raw_sha256(kPhoto), kPhoto.size());
    std::string wrong = kPhoto;
    wrong.back() = 'q';
    CHECK(exchange(http::Method::put, other.response.url(), wrong).status == 422);
    CHECK(submit(pool, token, from(text)).status.error_code() == StatusCode::FAILED_PRECONDITION);
    CHECK(submit(pool, token, from(kPhoto)).status.error_code() == StatusCode::FAILED_PRECONDITION);
}

TEST_CASE("a URL may be used again, and the upload is one") {
    RunningPool pool;
    pool.add_test_model();
    const std::string token = pool.operator_token();
    const Planned planned = plan(pool, token, raw_sha256(kPhoto), kPhoto.size());
    CHECK(exchange(http::Method::put, planned.response.url(), kPhoto).status == 201);
    CHECK(exchange(http::Method::put, planned.response.url(), kPhoto).status == 200);
    CHECK(submit(pool, token, from(kPhoto)).status.ok());
    CHECK(submit(pool, token, from(kPhoto)).status.ok());  // Two jobs name it.
}

TEST_CASE("a job whose picture was deleted fails when its worker asks for it, and says why") {
    RunningPool pool;
    pool.add_test_model();
    const std::string token = pool.operator_token();
    upload(pool, token, kPhoto);
    const Submitted submitted = submit(pool, token, from(kPhoto));
    std::filesystem::remove(file_of(pool, kPhoto));
    ScriptedWorker worker(pool.channel(), pool.new_invite());
    REQUIRE(worker.enrol().ok());
    REQUIRE(worker.connect());
    const auto offer = worker.hear_offer();
    REQUIRE(offer);
    worker.accept(*offer);
    CHECK(exchange(http::Method::get, offer->inputs(0).url()).status == 404);
    const auto desired = worker.hear(ScriptedWorker::Frame::kDesired);
    REQUIRE(desired);
    const v1::Job job = job_now(pool, submitted.response.jobs(0).job_id());
    CHECK(job.state() == v1::JOB_STATE_FAILED);
    CHECK(job.failure().ends_with("is gone from the pool's disk; upload it again"));
    upload(pool, token, kPhoto);
    CHECK(submit(pool, token, from(kPhoto)).status.ok());
}

TEST_CASE("uploads outlive a kill, and what was deleted meanwhile fails its jobs at the start") {
    RunningPool pool;
    pool.add_test_model();
    const std::string token = pool.operator_token();
    const std::string other = std::string("\x89PNG\r\n\x1a\n") + "another";
    upload(pool, token, kPhoto);
    upload(pool, token, other);
    const auto kept = submit(pool, token, from(kPhoto)).response.jobs(0).job_id();
    const auto lost = submit(pool, token, from(other)).response.jobs(0).job_id();
    pool.kill();
    const auto stray = file_of(pool, kPhoto).parent_path() / std::string(64, 'a');
    std::filesystem::rename(file_of(pool, other), stray);
    pool.restart();
    CHECK(job_now(pool, kept).state() == v1::JOB_STATE_QUEUED);
    CHECK(job_now(pool, kept).spec().original().picture_sha256() == raw_sha256(kPhoto));
    CHECK(job_now(pool, lost).state() == v1::JOB_STATE_FAILED);
    CHECK_FALSE(std::filesystem::exists(stray));
}

}  // namespace
}  // namespace gotong::test
