// What the pool makes of workers that are late, lost, lying or replayed, over real streams.
#include <catch2/catch_test_macros.hpp>

#include "tests/support/pool/running_pool.h"
#include "tests/support/pool/scripted_worker.h"

namespace gotong::test {
namespace {

using grpc::StatusCode;
using v1::ResultAck;

// A pool with one enrolled worker and, when asked for, a job.
struct Stage {
    RunningPool pool;
    ScriptedWorker worker{pool.channel(), pool.new_invite()};

    Stage() {
        pool.add_test_model();
        REQUIRE(worker.enrol().ok());
    }
    v1::Offer offered() {
        REQUIRE(worker.connect());
        const auto offer = worker.hear_offer();
        REQUIRE(offer);
        return *offer;
    }
};

TEST_CASE("an invite enrols one worker, once") {
    RunningPool pool;
    const std::string invite = pool.new_invite();
    ScriptedWorker first(pool.channel(), invite);
    REQUIRE(first.enrol().ok());
    ScriptedWorker second(pool.channel(), invite);
    const grpc::Status refused = second.enrol();
    INFO(refused.error_message());
    CHECK_FALSE(refused.ok());
    CHECK(refused.error_message().find("invite") != std::string::npos);
}

TEST_CASE("the first frame of a stream must be a hello") {
    Stage stage;
    stage.worker.open();
    stage.worker.say_snapshot();
    CHECK(stage.worker.ended().error_code() == StatusCode::INVALID_ARGUMENT);
}

TEST_CASE("a stream has one hello") {
    Stage stage;
    REQUIRE(stage.worker.connect());
    stage.worker.say_hello(stage.worker.hello());
    CHECK(stage.worker.ended().error_code() == StatusCode::INVALID_ARGUMENT);
}

TEST_CASE("a hello recorded on another stream is worth nothing") {
    Stage stage;
    stage.worker.open();
    const v1::Hello recorded = stage.worker.hello();
    stage.worker.say_hello(recorded);
    REQUIRE(stage.worker.hear(ScriptedWorker::Frame::kWelcome));
    stage.worker.leave();

    stage.worker.open();
    stage.worker.say_hello(recorded);
    CHECK(stage.worker.ended().error_code() == StatusCode::UNAUTHENTICATED);
}

TEST_CASE("a key that is not enrolled is told how to join") {
    RunningPool pool;
    ScriptedWorker stranger(pool.channel(), pool.new_invite());
    stranger.open();
    stranger.say_hello(stranger.hello());
    const grpc::Status status = stranger.ended();
    CHECK(status.error_code() == StatusCode::PERMISSION_DENIED);
    CHECK(status.error_message().find("gotong-worker join") != std::string::npos);
}

TEST_CASE("a worker of another protocol is told which side to update") {
    Stage stage;
    const auto say = [&](std::uint32_t min, std::uint32_t max) {
        stage.worker.open();
        v1::Hello hello = stage.worker.hello();
        hello.set_protocol_min(min);
        hello.set_protocol_max(max);
        stage.worker.say_hello(hello);
        return stage.worker.ended();
    };
    const grpc::Status newer = say(3, 4);
    CHECK(newer.error_code() == StatusCode::FAILED_PRECONDITION);
    CHECK(newer.error_message().find("update the coordinator") != std::string::npos);
    const grpc::Status older = say(0, 0);
    CHECK(older.error_message().find("update gotong-worker") != std::string::npos);
}

TEST_CASE("a stream that stays silent is ended after ten seconds") {
    Stage stage;
    stage.worker.open();
    CHECK(stage.worker.ended().error_code() == StatusCode::DEADLINE_EXCEEDED);
}

TEST_CASE("a frame with a malformed lease ends the stream and names the part") {
    Stage stage;
    REQUIRE(stage.worker.connect());
    v1::ConnectRequest frame;
    frame.mutable_progress()->mutable_lease()->set_job_id("../../etc");
    stage.worker.say(frame);
    const grpc::Status status = stage.worker.ended();
    CHECK(status.error_code() == StatusCode::INVALID_ARGUMENT);
    CHECK(status.error_message().find("lease") != std::string::npos);
}

TEST_CASE("progress for a lease that nobody gave changes nothing") {
    Stage stage;
    const std::string job = stage.pool.submit();
    REQUIRE(stage.worker.connect());
    const auto offer = stage.worker.hear_offer();
    REQUIRE(offer);
    v1::ConnectRequest frame;
    frame.mutable_progress()->mutable_lease()->set_job_id(std::string(32, 'a'));
    frame.mutable_progress()->mutable_lease()->set_attempt(7);
    REQUIRE(stage.worker.say(frame));
    const auto ack = stage.worker.do_job(*offer);
    REQUIRE(ack);
    CHECK(ack->verdict() == ResultAck::VERDICT_ACCEPTED);
    CHECK(stage.pool.job(job).state() == v1::JOB_STATE_DONE);
}

TEST_CASE("a result that was accepted is acknowledged again as a duplicate, and paid once") {
    Stage stage;
    stage.pool.submit();
    const v1::Offer offer = stage.offered();
    const Rendered rendered = stage.worker.render(offer);
    REQUIRE(stage.worker.accept(offer));
    REQUIRE(stage.worker.upload(offer, rendered));
    const v1::Result result = stage.worker.result(offer, rendered);
    REQUIRE(stage.worker.say_result(result));
    CHECK(stage.worker.hear_ack()->verdict() == ResultAck::VERDICT_ACCEPTED);
    REQUIRE(stage.worker.say_result(result));
    CHECK(stage.worker.hear_ack()->verdict() == ResultAck::VERDICT_DUPLICATE);

    v1::ListWorkersResponse workers;
    REQUIRE(stage.pool.admin().ListWorkers(call_as("").get(), {}, &workers).ok());
    REQUIRE(workers.workers_size() == 1);
    CHECK(workers.workers(0).jobs_accepted() == 1);
}

TEST_CASE("a result that is not signed by the session's key is rejected") {
    Stage stage;
    const std::string job = stage.pool.submit();
    const v1::Offer offer = stage.offered();
    const Rendered rendered = stage.worker.render(offer);
    REQUIRE(stage.worker.accept(offer));
    REQUIRE(stage.worker.upload(offer, rendered));
    v1::Result forged = stage.worker.result(offer, rendered);
    auto* signature = forged.mutable_success()->mutable_statement()->mutable_signatures(0);
    (*signature->mutable_sig())[5] = static_cast<char>(~signature->sig()[5]);
    REQUIRE(stage.worker.say_result(forged));
    CHECK(stage.worker.hear_ack()->verdict() == ResultAck::VERDICT_REJECTED);
    CHECK(stage.pool.job(job).state() != v1::JOB_STATE_DONE);
}

TEST_CASE("a statement about other settings than the offer's is rejected and says which") {
    Stage stage;
    stage.pool.submit();
    const v1::Offer offer = stage.offered();
    Rendered rendered = stage.worker.render(offer);
    rendered.statement.sampling.steps = 1;
    REQUIRE(stage.worker.accept(offer));
    REQUIRE(stage.worker.upload(offer, rendered));
    REQUIRE(stage.worker.say_result(stage.worker.result(offer, rendered)));
    const auto ack = stage.worker.hear_ack();
    REQUIRE(ack);
    CHECK(ack->verdict() == ResultAck::VERDICT_REJECTED);
    CHECK(ack->reason().find("sampling.steps") != std::string::npos);
}

TEST_CASE("a result for a picture that was never uploaded is rejected") {
    Stage stage;
    stage.pool.submit();
    const v1::Offer offer = stage.offered();
    REQUIRE(stage.worker.accept(offer));
    REQUIRE(stage.worker.say_result(stage.worker.result(offer, stage.worker.render(offer))));
    CHECK(stage.worker.hear_ack()->verdict() == ResultAck::VERDICT_REJECTED);
}

TEST_CASE("a result under an attempt that was never offered is rejected") {
    Stage stage;
    const std::string job = stage.pool.submit();
    v1::Offer offer = stage.offered();
    const Rendered rendered = stage.worker.render(offer);
    REQUIRE(stage.worker.accept(offer));
    REQUIRE(stage.worker.upload(offer, rendered));
    v1::Result result = stage.worker.result(offer, rendered);
    result.mutable_lease()->set_attempt(offer.lease().attempt() + 1);
    REQUIRE(stage.worker.say_result(result));
    CHECK(stage.worker.hear_ack()->verdict() == ResultAck::VERDICT_REJECTED);
    CHECK(stage.pool.job(job).state() == v1::JOB_STATE_RUNNING);
}

TEST_CASE("a job that is handed back goes to the next worker at once") {
    Stage stage;
    stage.pool.submit();
    const v1::Offer offer = stage.offered();
    REQUIRE(stage.worker.accept(offer));
    v1::Result back;
    *back.mutable_lease() = offer.lease();
    back.mutable_failure()->set_code(StatusCode::UNAVAILABLE);
    back.mutable_failure()->set_message("the contributor stopped the worker");
    stage.worker.snapshot.set_draining(true);
    REQUIRE(stage.worker.say_snapshot(0));
    REQUIRE(stage.worker.say_result(back));
    CHECK(stage.worker.hear_ack()->verdict() == ResultAck::VERDICT_NOTED);

    ScriptedWorker second(stage.pool.channel(), stage.pool.new_invite());
    REQUIRE(second.enrol("second").ok());
    REQUIRE(second.connect());
    const auto again = second.hear_offer();
    REQUIRE(again);
    CHECK(again->lease().job_id() == offer.lease().job_id());
    CHECK(again->lease().attempt() > offer.lease().attempt());
}

TEST_CASE("a worker that comes back with its resume token keeps its lease") {
    Stage stage;
    const std::string job = stage.pool.submit();
    const v1::Offer offer = stage.offered();
    REQUIRE(stage.worker.accept(offer));
    const std::string token = stage.worker.welcome().resume_token();
    stage.worker.leave();

    auto* held = stage.worker.snapshot.add_held();
    *held->mutable_lease() = offer.lease();
    held->set_phase(v1::RENDER_PHASE_RENDERING);
    REQUIRE(stage.worker.connect(token));
    CHECK(stage.worker.welcome().resumed());
    const Rendered rendered = stage.worker.render(offer);
    REQUIRE(stage.worker.upload(offer, rendered));
    REQUIRE(stage.worker.say_result(stage.worker.result(offer, rendered)));
    CHECK(stage.worker.hear_ack()->verdict() == ResultAck::VERDICT_ACCEPTED);
    CHECK(stage.pool.job(job).state() == v1::JOB_STATE_DONE);
}

TEST_CASE("of two streams with one key the newer goes on and the older is told so") {
    Stage stage;
    REQUIRE(stage.worker.connect());
    ScriptedWorker::Parked older = stage.worker.park();
    REQUIRE(stage.worker.connect());
    const grpc::Status status = older.ended();
    CHECK(status.error_code() == StatusCode::ABORTED);
    CHECK(status.error_message().find("newer session") != std::string::npos);
    stage.pool.submit();
    CHECK(stage.worker.hear_offer());
}

TEST_CASE("of two daemons with one key the newer stays, and both are told what to do") {
    Stage stage;
    stage.worker.instance = 'a';
    REQUIRE(stage.worker.connect());
    ScriptedWorker::Parked older = stage.worker.park();
    stage.worker.instance = 'b';
    REQUIRE(stage.worker.connect());
    CHECK(older.ended().error_message().find("stop one of the two") != std::string::npos);
    ScriptedWorker::Parked newer = stage.worker.park();

    stage.worker.instance = 'a';
    stage.worker.open();
    stage.worker.say_hello(stage.worker.hello());
    const grpc::Status refused = stage.worker.ended();
    CHECK(refused.error_code() == StatusCode::FAILED_PRECONDITION);
    CHECK(refused.error_message().find("stop one of the two") != std::string::npos);

    v1::ConnectRequest frame;
    *frame.mutable_snapshot() = stage.worker.snapshot;
    REQUIRE(newer.stream->Write(frame));
    v1::ConnectResponse answer;
    while (answer.desired().notice().empty() && newer.stream->Read(&answer)) {
    }
    CHECK(answer.desired().notice().find("stop one of the two") != std::string::npos);
    v1::ListWorkersResponse workers;
    REQUIRE(stage.pool.admin().ListWorkers(call_as("").get(), {}, &workers).ok());
    CHECK(workers.workers(0).has_rival());
}

TEST_CASE("a revoked worker's stream ends, and it cannot come back") {
    Stage stage;
    REQUIRE(stage.worker.connect());
    v1::RevokeWorkerRequest revoke;
    revoke.set_worker("scripted");
    v1::RevokeWorkerResponse revoked;
    REQUIRE(stage.pool.admin().RevokeWorker(call_as("").get(), revoke, &revoked).ok());
    CHECK_FALSE(stage.worker.ended().ok());

    stage.worker.open();
    stage.worker.say_hello(stage.worker.hello());
    const grpc::Status status = stage.worker.ended();
    CHECK(status.error_code() == StatusCode::PERMISSION_DENIED);
    CHECK(status.error_message().find("revoked") != std::string::npos);
}

}  // namespace
}  // namespace gotong::test
