// What the executor hands on to the renderer: files whose digests the signed offer names, or
// nothing at all.
#include "worker/link/fetched.h"

#include <catch2/catch_test_macros.hpp>

#include "common/crypto/sha256.h"
#include "tests/worker/link/file_server.h"

namespace gotong::link {
namespace {

using namespace std::chrono_literals;
using worker::Job;
using worker::Outcome;

// Keeps the job that it was given.
class Keeps final : public worker::Executor {
  public:
    explicit Keeps(std::optional<Job>& job) : job_(job) {}
    Result<Outcome> run(const Job& job, const std::stop_token&,
                        const worker::OnProgress&) override {
        job_ = job;
        return Outcome{};
    }

  private:
    std::optional<Job>& job_;
};

Digest sha256(const std::string& bytes) { return crypto::sha256(as_bytes(bytes)); }

Job job_of(const std::string& picture, const std::optional<std::string>& mask = std::nullopt) {
    Job job;
    job.patience = 60s;
    job.offer.spec.original = Original{.picture = sha256(picture), .strength = 0.6};
    if (mask) job.offer.spec.original->mask = sha256(*mask);
    return job;
}

void lend(Job& job, const FileServer& server, const std::string& bytes) {
    job.inputs.push_back({.sha256 = sha256(bytes), .size = bytes.size(), .url = server.url()});
}

struct Run {
    Result<Outcome> outcome;
    std::optional<Job> seen;
};

Run run(const Job& job) {
    std::optional<Job> seen;
    const auto chain =
        fetched({.address = "127.0.0.1:1", .pool_key = {}}, std::make_unique<Keeps>(seen));
    auto outcome = chain->run(job, {}, {});
    return {std::move(outcome), std::move(seen)};
}

TEST_CASE("picture and mask reach the renderer, each by its digest") {
    const FileServer pictures{{answer("200 OK", "picture")}};
    const FileServer masks{{answer("200 OK", "mask")}};
    Job job = job_of("picture", "mask");
    lend(job, masks, "mask");
    lend(job, pictures, "picture");
    const Run ran = run(job);
    REQUIRE(ran.outcome);
    CHECK(ran.seen->original.picture == "picture");
    CHECK(ran.seen->original.mask == "mask");
}

TEST_CASE("a job that begins with noise passes through") {
    const Run ran = run(Job{});
    REQUIRE(ran.outcome);
    CHECK(ran.seen->original.picture.empty());
}

TEST_CASE("what the offer does not name is never fetched, whatever the frame lends") {
    const FileServer server{{answer("200 OK", "another picture")}};
    Job job = job_of("picture");
    lend(job, server, "another picture");
    const Run ran = run(job);
    REQUIRE_FALSE(ran.outcome);
    CHECK(ran.outcome.error().code == ErrorCode::unavailable);
    CHECK_FALSE(ran.seen);
    CHECK(server.requests() == 0);
}

TEST_CASE("wrong bytes fail the job before the renderer hears of it") {
    const FileServer server{{answer("200 OK", "picturf")}};
    Job job = job_of("picture");
    lend(job, server, "picture");
    const Run ran = run(job);
    REQUIRE_FALSE(ran.outcome);
    CHECK(ran.outcome.error().code == ErrorCode::invalid_argument);
    CHECK_FALSE(ran.seen);
}

}  // namespace
}  // namespace gotong::link
