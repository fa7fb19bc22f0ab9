// Frames of a pool that is wrong or hostile become errors, not events.
#include "worker/link/convert.h"

#include <catch2/catch_test_macros.hpp>

namespace gotong::link {
namespace {

const std::string kJob(32, '1');

TEST_CASE("an ack becomes an event with its verdict and credit") {
    v1::ConnectResponse frame;
    frame.mutable_result_ack()->mutable_lease()->set_job_id(kJob);
    frame.mutable_result_ack()->mutable_lease()->set_attempt(3);
    frame.mutable_result_ack()->set_verdict(v1::ResultAck::VERDICT_SUPERSEDED);
    frame.mutable_result_ack()->set_credit_micro_credits(5);
    const auto event = event_of(frame);
    REQUIRE((event && *event));
    const auto& acked = std::get<worker::ResultAcked>(**event);
    CHECK(acked.lease.attempt == 3);
    CHECK(acked.verdict == worker::Verdict::superseded);
    CHECK(acked.credit == Credits{5});
}

TEST_CASE("malformed ids, signatures and digests are errors") {
    v1::ConnectResponse frame;
    frame.mutable_upload_grant()->mutable_lease()->set_job_id("not hexadecimal");
    CHECK(event_of(frame).error().code == ErrorCode::invalid_argument);

    v1::ConnectResponse offer;
    offer.mutable_offer()->mutable_lease()->set_job_id(kJob);
    offer.mutable_offer()->mutable_offer()->add_signatures()->set_sig("short");
    CHECK(event_of(offer).error().code == ErrorCode::invalid_argument);

    v1::Welcome welcome;
    welcome.add_catalogue()->add_files()->set_sha256("short");
    CHECK(catalogue_of(welcome).error().code == ErrorCode::invalid_argument);
}

TEST_CASE("an envelope above its limits is refused before it is looked into") {
    v1::Envelope envelope;
    envelope.set_payload(std::string(receipt::kMaxPayload + 1, 'x'));
    CHECK_FALSE(envelope_of(envelope));
    envelope.set_payload("x");
    for (std::size_t i = 0; i <= receipt::kMaxSignatures; ++i)
        envelope.add_signatures()->set_sig(std::string(64, 's'));
    CHECK_FALSE(envelope_of(envelope));
}

TEST_CASE("a timer that no clock can hold is cut to a day") {
    v1::ConnectResponse frame;
    frame.mutable_offer()->mutable_lease()->set_job_id(kJob);
    frame.mutable_offer()->set_progress_timeout_ms(~std::uint64_t{0});
    const auto event = event_of(frame);
    REQUIRE((event && *event));
    CHECK(std::get<worker::OfferArrived>(**event).patience == std::chrono::hours{24});
}

TEST_CASE("an offer's trace is kept, and words of the pool in its place are not") {
    v1::ConnectResponse frame;
    frame.mutable_offer()->mutable_lease()->set_job_id(kJob);
    frame.mutable_offer()->set_trace_id("4bf92f3577b34da6a3ce929d0e0e4736");
    const auto trace = [&] { return std::get<worker::OfferArrived>(**event_of(frame)).trace; };
    CHECK(trace() == "4bf92f3577b34da6a3ce929d0e0e4736");
    frame.mutable_offer()->set_trace_id("rendering job=1");
    CHECK(trace().empty());
}

TEST_CASE("an offer's inputs come with their digests, sizes and addresses") {
    v1::ConnectResponse frame;
    frame.mutable_offer()->mutable_lease()->set_job_id(kJob);
    auto& input = *frame.mutable_offer()->add_inputs();
    input.set_sha256(std::string(32, '\xab'));
    input.set_size(7);
    input.set_url("https://pool.example/inputs/ana/ab");
    const auto event = event_of(frame);
    REQUIRE((event && *event));
    const auto& inputs = std::get<worker::OfferArrived>(**event).inputs;
    REQUIRE(inputs.size() == 1);
    CHECK(crypto::to_hex(inputs[0].sha256) == crypto::to_hex(as_bytes(std::string(32, '\xab'))));
    CHECK(inputs[0].size == 7);
    CHECK(inputs[0].url == "https://pool.example/inputs/ana/ab");

    input.set_sha256("short");
    CHECK(event_of(frame).error().code == ErrorCode::invalid_argument);
}

TEST_CASE("an offer with more inputs than any job has is refused") {
    v1::ConnectResponse frame;
    frame.mutable_offer()->mutable_lease()->set_job_id(kJob);
    for (int i = 0; i < 17; ++i)
        frame.mutable_offer()->add_inputs()->set_sha256(std::string(32, 'x'));
    CHECK(event_of(frame).error().code == ErrorCode::invalid_argument);
}

TEST_CASE("a frame that means nothing here is passed over") {
    const auto event = event_of(v1::ConnectResponse{});
    REQUIRE(event);
    CHECK_FALSE(*event);
}

TEST_CASE("a snapshot carries everything that the worker holds") {
    worker::Lease lease;
    lease.job.bytes.fill(0x11);
    lease.attempt = 2;
    const auto frame =
        to_proto(worker::SendSnapshot{.free_slots = 1,
                                      .held = {{lease, worker::Phase::rendering, 7, true}},
                                      .outbox = {lease},
                                      .draining = true,
                                      .models = {{"emoji", std::string(64, 'b'), {}}}});
    const v1::Snapshot& snapshot = frame.snapshot();
    CHECK(snapshot.free_slots() == 1);
    CHECK(snapshot.draining());
    REQUIRE(snapshot.held_size() == 1);
    CHECK(snapshot.held(0).lease().job_id() == kJob);
    CHECK(snapshot.held(0).lease().attempt() == 2);
    CHECK(snapshot.held(0).phase() == v1::RENDER_PHASE_RENDERING);
    CHECK(snapshot.held(0).step() == 7);
    CHECK(snapshot.held(0).stopping());
    REQUIRE(snapshot.outbox_size() == 1);
    REQUIRE(snapshot.models_size() == 1);
    CHECK(snapshot.models(0).digest() == std::string(32, '\xbb'));
}

}  // namespace
}  // namespace gotong::link
