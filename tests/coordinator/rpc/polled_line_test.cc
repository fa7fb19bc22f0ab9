// A worker that speaks by unary calls is a worker like any other: the same sessions, the same jobs,
// the same refusals. And whatever call is made twice, nothing happens twice.
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <thread>

#include "tests/support/pool/running_pool.h"
#include "tests/support/pool/scripted_worker.h"

namespace gotong::test {
namespace {

using grpc::StatusCode;
using v1::ResultAck;

struct Stage {
    RunningPool pool;
    ScriptedWorker worker{pool.channel(), pool.new_invite()};

    explicit Stage(ScriptedWorker::Calls calls = ScriptedWorker::Calls::once) {
        pool.add_test_model();
        REQUIRE(worker.enrol().ok());
        worker.speak_by_calls(calls);
    }
    v1::ListWorkersResponse::Worker seen() {
        v1::ListWorkersResponse response;
        REQUIRE(pool.admin().ListWorkers(call_as("").get(), {}, &response).ok());
        return response.workers(0);
    }
};

TEST_CASE("a job goes to a worker that polls, and its picture comes back and is paid") {
    Stage stage;
    REQUIRE(stage.worker.connect());
    CHECK(stage.seen().online());
    CHECK(stage.seen().polls());
    const std::string id = stage.pool.submit();
    const auto offer = stage.worker.hear_offer();
    REQUIRE(offer);
    const auto ack = stage.worker.do_job(*offer);
    REQUIRE(ack);
    CHECK(ack->verdict() == ResultAck::VERDICT_ACCEPTED);
    CHECK(stage.pool.job(id).state() == v1::JOB_STATE_DONE);
    CHECK(stage.seen().jobs_accepted() == 1);
}

TEST_CASE("calls that are made twice do nothing twice") {
    Stage stage{ScriptedWorker::Calls::twice};
    REQUIRE(stage.worker.connect());
    for (int i = 0; i < 3; ++i) {
        stage.pool.submit();
        const auto offer = stage.worker.hear_offer();
        REQUIRE(offer);
        CHECK(offer->lease().attempt() == 1);
        const auto ack = stage.worker.do_job(*offer);
        REQUIRE(ack);
        CHECK(ack->verdict() == ResultAck::VERDICT_ACCEPTED);
        REQUIRE(stage.worker.say_snapshot());
    }
    CHECK(stage.seen().jobs_accepted() == 3);
}

TEST_CASE("the rules of a stream's beginning hold for calls") {
    Stage stage;
    stage.worker.open();
    CHECK_FALSE(stage.worker.say_snapshot());
    CHECK(stage.worker.leave().error_code() == StatusCode::INVALID_ARGUMENT);

    ScriptedWorker stranger{stage.pool.channel(), stage.pool.new_invite()};
    stranger.speak_by_calls();
    stranger.open();
    stranger.say_hello(stranger.hello());
    CHECK(stranger.ended().error_code() == StatusCode::PERMISSION_DENIED);
}

TEST_CASE("a session goes from a stream to calls and back with its lease") {
    Stage stage;
    ScriptedWorker& worker = stage.worker;
    REQUIRE(worker.connect());
    const std::string id = stage.pool.submit();
    const auto offer = worker.hear_offer();
    REQUIRE(offer);
    REQUIRE(worker.accept(*offer));
    auto* held = worker.snapshot.add_held();
    *held->mutable_lease() = offer->lease();
    held->set_phase(v1::RENDER_PHASE_RENDERING);
    REQUIRE(worker.say_snapshot(0));

    const std::string token = worker.welcome().resume_token();
    REQUIRE(worker.connect(token));
    CHECK(worker.welcome().resumed());
    CHECK(stage.pool.job(id).attempt() == 1);
    const auto ack = worker.do_job(*offer);
    REQUIRE(ack);
    CHECK(ack->verdict() == ResultAck::VERDICT_ACCEPTED);
}

TEST_CASE(
    "a line that has ended, or never was, is not found; frames that are missing are asked for") {
    Stage stage;
    const auto stub = v1::WorkerService::NewStub(stage.pool.channel());
    v1::ListenRequest listen;
    listen.set_stream("0123456789abcdef0123456789abcdef");
    v1::ListenResponse heard;
    CHECK(stub->Listen(call_as("").get(), listen, &heard).error_code() == StatusCode::NOT_FOUND);
    v1::TellRequest tell;
    v1::TellResponse told;
    CHECK(stub->Tell(call_as("").get(), tell, &told).error_code() == StatusCode::NOT_FOUND);

    listen.clear_stream();
    REQUIRE(stub->Listen(call_as("").get(), listen, &heard).ok());
    REQUIRE(heard.frames_size() == 1);
    CHECK(heard.frames(0).has_challenge());
    tell.set_stream(heard.stream());
    tell.set_told(5);
    CHECK(stub->Tell(call_as("").get(), tell, &told).error_code() == StatusCode::INVALID_ARGUMENT);
    listen.set_stream(heard.stream());
    listen.set_heard(2);
    CHECK(stub->Listen(call_as("").get(), listen, &heard).error_code() ==
          StatusCode::INVALID_ARGUMENT);
}

TEST_CASE("a worker that stops listening is away, and its job goes on when it comes back") {
    Stage stage;
    REQUIRE(stage.worker.connect());
    CHECK(stage.seen().online());
    bool is_away = false;
    for (int i = 0; i < 300 && !is_away; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds{100});
        is_away = !stage.seen().online();
    }
    CHECK(is_away);
    REQUIRE(stage.worker.connect(stage.worker.welcome().resume_token()));
    CHECK(stage.worker.welcome().resumed());
}

}  // namespace
}  // namespace gotong::test
