// What the coordinator does at its start and its end, and what a kill takes away: nothing that was
// said.
#include <sys/resource.h>

#include <catch2/catch_test_macros.hpp>

#include "common/file/file.h"
#include "tests/support/pool/running_pool.h"
#include "tests/support/pool/scripted_worker.h"

namespace gotong::test {
namespace {

using grpc::StatusCode;
using v1::ResultAck;

std::string coordinator() { return GOTONG_BIN_DIR "/gotong-coordinator"; }

TEST_CASE("a coordinator that was killed still knows jobs, tokens, workers and models") {
    RunningPool pool;
    pool.add_test_model();
    const std::string token = pool.operator_token();
    const std::string job = pool.submit();
    ScriptedWorker worker(pool.channel(), pool.new_invite());
    REQUIRE(worker.enrol().ok());
    pool.kill();
    pool.restart();

    CHECK(pool.operator_token() == token);
    CHECK(pool.job(job).state() == v1::JOB_STATE_QUEUED);
    REQUIRE(worker.connect());
    const auto offer = worker.hear_offer();
    REQUIRE(offer);
    CHECK(worker.do_job(*offer)->verdict() == ResultAck::VERDICT_ACCEPTED);
    CHECK(pool.job(job).state() == v1::JOB_STATE_DONE);
}

TEST_CASE("a worker that renders while the coordinator is killed hands its result in afterwards") {
    RunningPool pool;
    pool.add_test_model();
    const std::string job = pool.submit();
    ScriptedWorker worker(pool.channel(), pool.new_invite());
    REQUIRE(worker.enrol().ok());
    REQUIRE(worker.connect());
    const auto offer = worker.hear_offer();
    REQUIRE(offer);
    REQUIRE(worker.accept(*offer));
    const Rendered rendered = worker.render(*offer);
    REQUIRE(worker.upload(*offer, rendered));
    pool.kill();
    CHECK_FALSE(worker.ended().ok());
    pool.restart();

    *worker.snapshot.add_outbox() = offer->lease();
    REQUIRE(worker.connect());
    REQUIRE(worker.say_result(worker.result(*offer, rendered)));
    CHECK(worker.hear_ack()->verdict() == ResultAck::VERDICT_ACCEPTED);
    CHECK(pool.job(job).state() == v1::JOB_STATE_DONE);
    CHECK(pool.job(job).attempt() == 1);
}

TEST_CASE("told to stop, it tells who streams, and leaves with exit code 0") {
    RunningPool pool;
    pool.add_test_model();
    const std::string job = pool.submit();
    ScriptedWorker worker(pool.channel(), pool.new_invite());
    REQUIRE(worker.enrol().ok());
    worker.open();
    worker.say_hello(worker.hello());
    REQUIRE(worker.hear(ScriptedWorker::Frame::kWelcome));
    v1::WatchJobRequest watch;
    watch.set_job_id(job);
    const auto context = call_as(pool.operator_token());
    const auto changes = pool.creator().WatchJob(context.get(), watch);
    v1::WatchJobResponse change;
    REQUIRE(changes->Read(&change));

    CHECK(pool.stop() == 0);
    const grpc::Status told = worker.ended();
    CHECK(told.error_code() == StatusCode::UNAVAILABLE);
    CHECK(told.error_message().find("stopping") != std::string::npos);
    while (changes->Read(&change)) {
    }
    CHECK(changes->Finish().error_code() == StatusCode::UNAVAILABLE);
    CHECK_FALSE(std::filesystem::exists(pool.data() / "endpoints.json"));
}

TEST_CASE("a second coordinator on the same folder or port is refused in one sentence") {
    RunningPool pool;
    const Finished folder = run({coordinator(), "--data", pool.data().string(), "--listen",
                                 "127.0.0.1:0", "--http", "127.0.0.1:0"});
    CHECK(folder.status == 1);
    CHECK(folder.err.find("another coordinator") != std::string::npos);

    const TempDir other;
    const Finished port = run({coordinator(), "--data", (other / "pool").string(), "--listen",
                               pool.grpc_address(), "--http", "127.0.0.1:0"});
    CHECK(port.status == 1);
    CHECK(port.err.find("another program uses this port") != std::string::npos);
    CHECK(port.err.find("--listen") != std::string::npos);
    CHECK(std::filesystem::exists(pool.data() / "endpoints.json"));
}

TEST_CASE("wrong usage is exit code 2 and one sentence that says what would work") {
    const auto said = [](std::vector<std::string> flags) {
        std::vector<std::string> command{coordinator(), "--data", "/nonexistent/never-made"};
        command.insert(command.end(), flags.begin(), flags.end());
        const Finished finished = run(command);
        CHECK(finished.status == 2);
        return finished.err;
    };
    CHECK(said({"--listen", "everywhere"}).find("HOST:PORT") != std::string::npos);
    CHECK(said({"--name", "Our Pool"}).find("a-z") != std::string::npos);
    CHECK(said({"--grant", "-1"}).find("--grant") != std::string::npos);
    CHECK(said({"--log-level", "loud"}).find("debug") != std::string::npos);
    CHECK(said({"--public-url", "ftp://x"}).find("https://") != std::string::npos);
    CHECK(run({coordinator()}).status == 2);
    CHECK(run({coordinator(), "--version"}).status == 0);
}

TEST_CASE("a disk that takes no more ends the coordinator, and every job it answered for is kept") {
    RunningPool pool;
    pool.add_test_model();
    const rlimit room{1U << 20U, 1U << 20U};  // Bytes of a file: some dozens of submissions.
    REQUIRE(::prlimit(pool.pid(), RLIMIT_FSIZE, &room, nullptr) == 0);
    const std::string token = pool.operator_token();
    auto creator = pool.creator();
    std::vector<std::string> answered;
    v1::SubmitResponse response;
    while (answered.size() < 10'000 &&
           creator.Submit(call_as(token).get(), a_request(), &response).ok()) {
        answered.push_back(response.jobs(0).job_id());
    }
    CHECK(pool.wait() == 1);
    CHECK(pool.log().find("cannot write the pool's data") != std::string::npos);
    CHECK(answered.size() > 3);

    pool.restart();
    for (const std::string& job : answered) {
        CHECK(pool.job(job).state() == v1::JOB_STATE_QUEUED);
    }
}

TEST_CASE("neither prompts nor tokens are in the log, at any level") {
    RunningPool pool;
    pool.add_test_model();
    v1::SubmitResponse response;
    const v1::SubmitRequest request = a_request("a very private unicorn");
    REQUIRE(pool.creator().Submit(call_as(pool.operator_token()).get(), request, &response).ok());
    const std::string invite = pool.new_invite();
    pool.stop();
    const std::string log = pool.log();
    CHECK(log.find("serving") != std::string::npos);
    CHECK(log.find("unicorn") == std::string::npos);
    CHECK(log.find("gtc_") == std::string::npos);
    CHECK(log.find("gti_") == std::string::npos);
    CHECK(log.find(invite) == std::string::npos);
}

}  // namespace
}  // namespace gotong::test
