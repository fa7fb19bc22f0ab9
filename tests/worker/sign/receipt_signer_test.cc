// Every claim of a statement against the offer and the outcome that it was made from.
#include "worker/sign/receipt_signer.h"

#include <catch2/catch_test_macros.hpp>

#include "common/receipt/pixel_digest.h"
#include "common/receipt/prompt_commitment.h"

namespace gotong::sign {
namespace {

using worker::Job;
using worker::Outcome;

Identity identity() {
    return {.key = crypto::SigningKey::generate(),
            .pool = {.name = "pool", .key_id = std::string(64, 'e')},
            .enrolment_sha256 = {9}};
}

Job job_of(bool is_private) {
    Job job;
    job.lease.job.bytes.fill(3);
    job.lease.attempt = 2;
    job.offer.spec = {.model = "emoji",
                      .prompt = "a red apple",
                      .negative_prompt = "",
                      .width = 2,
                      .height = 1,
                      .steps = 10,
                      .guidance = 7.5,
                      .sampler = "euler_a",
                      .schedule = "karras",
                      .seed = 18'446'744'073'709'551'615ULL,
                      .is_private = is_private};
    job.offer.model_digest = std::string(64, 'a');
    job.offer.prompt_salt = std::string(32, 's');
    job.offer_sha256 = {5};
    job.leased = WallTime{std::chrono::seconds{1}};
    return job;
}

Outcome outcome() {
    Outcome out;
    out.picture = {2, 1, "abcdef"};
    out.trajectory_root = {7};
    out.trajectory_leaves = 11;
    out.engine = {.engine = "gotong-engine 0.1.0",
                  .commit = std::string(40, 'c'),
                  .libtorch = "2.13.0+cpu",
                  .device = "cpu",
                  .dtype = "fp32",
                  .memory_bytes = 1,
                  .binary_sha256 = {8}};
    out.notes = {"vae-tiling=64/0.25"};
    out.weights = {{"unet/config.json", Digest{4}}};
    out.started = WallTime{std::chrono::seconds{2}};
    out.finished = WallTime{std::chrono::seconds{3}};
    out.png = "png";
    out.png_sha256 = {6};
    return out;
}

class Returns final : public worker::Executor {
  public:
    Result<Outcome> run(const Job&, const std::stop_token&, const worker::OnProgress&) override {
        return outcome();
    }
};

TEST_CASE("a statement says what was rendered, how, with what and by whom") {
    const Identity who = identity();
    const Job job = job_of(false);
    const auto made = make_statement(who, job, outcome());
    REQUIRE(made);
    CHECK(made->output.sha256 == Digest{6});
    CHECK(made->output.pixel_sha256 == receipt::pixel_digest(2, 1, as_bytes("abcdef")));
    CHECK(made->job == receipt::JobClaim{job.lease.job, 2, Digest{5}});
    CHECK(made->request.spec_sha256 == spec_sha256(job.offer.spec));
    REQUIRE(made->models.size() == 1);
    CHECK(crypto::to_hex(made->models[0].sha256) == job.offer.model_digest);
    CHECK(made->models[0].files == outcome().weights);
    CHECK(made->engine.name == "gotong-engine");
    CHECK(made->engine.version == "0.1.0");
    CHECK(made->engine.commit == std::string(40, 'c'));
    CHECK(made->engine.binary_sha256 == Digest{8});
    CHECK(made->engine.flags == std::vector<std::string>{"vae-tiling=64/0.25"});
    CHECK(made->sampling.seed == 18'446'744'073'709'551'615ULL);
    CHECK(made->sampling.guidance == 7.5);
    CHECK(made->trajectory == receipt::TrajectoryClaim{Digest{7}, 11});
    CHECK(made->worker.key_id == crypto::key_id(who.key.public_key()));
    CHECK(made->worker.enrolment_sha256 == Digest{9});
    CHECK(made->pool == who.pool);
    CHECK(made->times == receipt::Times{WallTime{std::chrono::seconds{1}},
                                        WallTime{std::chrono::seconds{2}},
                                        WallTime{std::chrono::seconds{3}}});
}

TEST_CASE("what a picture began with is claimed as the offer names it") {
    const Identity who = identity();
    CHECK_FALSE(make_statement(who, job_of(false), outcome())->original);
    Job job = job_of(false);
    job.offer.spec.original = Original{.picture = {1},
                                       .mask = Digest{2},
                                       .strength = 0.6,
                                       .rule = sampling::StrengthRule::diffusers};
    const auto made = make_statement(who, job, outcome());
    REQUIRE(made);
    CHECK(made->original == receipt::OriginalClaim{Digest{1}, Digest{2}, 0.6, "diffusers"});
    CHECK(made->request.spec_sha256 == spec_sha256(job.offer.spec));
}

TEST_CASE("a private job's prompt is committed to and not told") {
    const Identity who = identity();
    const auto open = make_statement(who, job_of(false), outcome());
    const auto secret = make_statement(who, job_of(true), outcome());
    REQUIRE((open && secret));
    CHECK(open->request.prompt_disclosed == "a red apple");
    CHECK_FALSE(secret->request.prompt_disclosed);
    CHECK(secret->request.prompt_commitment ==
          receipt::prompt_commitment(std::string(32, 's'), "a red apple"));
    CHECK(receipt::statement_payload(*secret)->find("apple") == std::string::npos);
}

TEST_CASE("the signed envelope verifies with this machine's key and reads back as the statement") {
    const Identity who = identity();
    const auto chain = signed_by(who, std::make_unique<Returns>());
    const auto signed_outcome = chain->run(job_of(false), {}, {});
    REQUIRE(signed_outcome);
    const receipt::Envelope& envelope = signed_outcome->statement;
    CHECK(receipt::is_signed_by(envelope, who.key.public_key()));
    const auto read = receipt::parse_statement(envelope.payload);
    REQUIRE(read);
    CHECK(*read == make_statement(who, job_of(false), outcome()).value());
}

TEST_CASE("an outcome without a picture is not signed") {
    Outcome empty = outcome();
    empty.png.clear();
    CHECK_FALSE(make_statement(identity(), job_of(false), empty));
}

}  // namespace
}  // namespace gotong::sign
