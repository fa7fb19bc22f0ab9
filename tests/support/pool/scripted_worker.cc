#include "tests/support/pool/scripted_worker.h"

#include <algorithm>

#include "common/bytes.h"
#include "common/crypto/sha256.h"
#include "common/handshake/handshake.h"
#include "common/http/client.h"
#include "tests/support/pool/running_pool.h"

namespace gotong::test {
namespace {

std::string signed_by(const crypto::SigningKey& key, const std::string& message) {
    return std::string(as_text(key.sign(as_bytes(message)).bytes));
}

receipt::Envelope envelope_of(const v1::Envelope& wire) {
    receipt::Envelope envelope{
        .payload_type = wire.payload_type(), .payload = wire.payload(), .signatures = {}};
    for (const auto& signature : wire.signatures()) {
        receipt::EnvelopeSignature added{.key_id = signature.keyid(), .signature = {}};
        std::ranges::copy(as_bytes(signature.sig()), added.signature.bytes.begin());
        envelope.signatures.push_back(added);
    }
    return envelope;
}

void fill(const receipt::Envelope& envelope, v1::Envelope* wire) {
    wire->set_payload_type(envelope.payload_type);
    wire->set_payload(envelope.payload);
    for (const auto& signature : envelope.signatures) {
        auto* added = wire->add_signatures();
        added->set_keyid(signature.key_id);
        added->set_sig(std::string(as_text(signature.signature.bytes)));
    }
}

}  // namespace

ScriptedWorker::ScriptedWorker(std::shared_ptr<grpc::Channel> channel, const std::string& invite)
    : stub_(v1::WorkerService::NewStub(channel)), invite_(invite::decode(invite).value()) {}

grpc::Status ScriptedWorker::enrol(const std::string& name) {
    v1::EnrolRequest request;
    request.set_invite_token(invite_.token);
    request.set_public_key(std::string(as_text(key_.public_key().bytes)));
    request.set_name(name);
    request.set_signature(
        signed_by(key_, handshake::enrol_message(invite_.token, invite_.pool_key)));
    v1::EnrolResponse response;
    const grpc::Status status = stub_->Enrol(call_as("").get(), request, &response);
    enrolment_ = envelope_of(response.enrolment());
    return status;
}

void ScriptedWorker::open() {
    polled_ = {};
    if (!calls_) {
        context_ = call_as("", patience);
        stream_ = stub_->Connect(context_.get());
    }
    if (const auto frame = hear(Frame::kChallenge)) challenge_ = frame->challenge().nonce();
}

v1::Hello ScriptedWorker::hello(const std::string& resume_token) const {
    const std::string nonce(handshake::kInstanceNonceBytes, instance);
    v1::Hello hello;
    hello.set_protocol_min(handshake::kOldestProtocol);
    hello.set_protocol_max(handshake::kNewestProtocol);
    hello.set_public_key(std::string(as_text(key_.public_key().bytes)));
    hello.set_instance_nonce(nonce);
    hello.set_signature(
        signed_by(key_, handshake::hello_message(challenge_, invite_.pool_key, nonce)));
    hello.set_build("scripted 1");
    hello.set_device("cpu");
    hello.set_slots(1);
    hello.set_resume_token(resume_token);
    return hello;
}

bool ScriptedWorker::connect(const std::string& resume_token) {
    open();
    say_hello(hello(resume_token));
    const auto frame = hear(Frame::kWelcome);
    if (!frame) return false;
    welcome_ = frame->welcome();
    snapshot.clear_models();
    for (const v1::Model& model : welcome_.catalogue()) {
        auto* offered = snapshot.add_models();
        offered->set_name(model.name());
        offered->set_digest(model.digest());
    }
    return say_snapshot();
}

bool ScriptedWorker::say(const v1::ConnectRequest& frame) {
    return calls_ ? tell(frame) : stream_->Write(frame);
}

bool ScriptedWorker::tell(const v1::ConnectRequest& frame) {
    v1::TellRequest request;
    request.set_stream(polled_.name);
    request.set_told(polled_.told);
    *request.add_frames() = frame;
    v1::TellResponse response;
    for (int i = 0; i <= static_cast<int>(*calls_); ++i) {
        polled_.end = stub_->Tell(call_as("").get(), request, &response);
        if (!polled_.end.ok()) return false;
    }
    return response.told() == ++polled_.told;
}

bool ScriptedWorker::listen() {
    constexpr std::uint64_t kWaitMs = 5'000;
    v1::ListenRequest request;
    request.set_stream(polled_.name);
    request.set_heard(polled_.heard);
    request.set_wait_ms(kWaitMs);
    v1::ListenResponse response;
    for (int i = 0; i <= static_cast<int>(*calls_); ++i) {
        response.Clear();
        polled_.end = stub_->Listen(call_as("").get(), request, &response);
        if (!polled_.end.ok()) return false;
        if (response.frames().empty()) break;
        request.set_stream(response.stream());
    }
    polled_.name = response.stream();
    polled_.heard += static_cast<std::uint64_t>(response.frames_size());
    for (const auto& frame : response.frames()) polled_.frames.push_back(frame);
    return true;
}

bool ScriptedWorker::read(v1::ConnectResponse& frame) {
    if (!calls_) return stream_->Read(&frame);
    while (polled_.frames.empty()) {
        if (!listen()) return false;
    }
    frame = std::move(polled_.frames.front());
    polled_.frames.pop_front();
    return true;
}

bool ScriptedWorker::say_hello(const v1::Hello& hello) {
    v1::ConnectRequest frame;
    *frame.mutable_hello() = hello;
    return say(frame);
}

bool ScriptedWorker::say_snapshot(std::uint32_t free_slots) {
    v1::ConnectRequest frame;
    *frame.mutable_snapshot() = snapshot;
    frame.mutable_snapshot()->set_free_slots(free_slots);
    return say(frame);
}

std::optional<v1::ConnectResponse> ScriptedWorker::hear(Frame kind) {
    v1::ConnectResponse frame;
    while (read(frame)) {
        if (frame.frame_case() == kind) return frame;
    }
    return std::nullopt;
}

std::optional<v1::Offer> ScriptedWorker::hear_offer() {
    const auto frame = hear(Frame::kOffer);
    return frame ? std::optional{frame->offer()} : std::nullopt;
}

std::optional<v1::ResultAck> ScriptedWorker::hear_ack() {
    const auto frame = hear(Frame::kResultAck);
    return frame ? std::optional{frame->result_ack()} : std::nullopt;
}

bool ScriptedWorker::accept(const v1::Offer& offer) {
    v1::ConnectRequest frame;
    *frame.mutable_offer_reply()->mutable_lease() = offer.lease();
    frame.mutable_offer_reply()->set_accepted(true);
    return say(frame);
}

Rendered ScriptedWorker::render(const v1::Offer& offer) const {
    return test::render(envelope_of(offer.offer()), enrolment_, key_.public_key());
}

bool ScriptedWorker::upload(const v1::Offer& offer, const Rendered& rendered) {
    const crypto::Digest sha256 = crypto::sha256(as_bytes(rendered.png));
    v1::ConnectRequest frame;
    *frame.mutable_upload_request()->mutable_lease() = offer.lease();
    frame.mutable_upload_request()->set_sha256(std::string(as_text(sha256)));
    frame.mutable_upload_request()->set_size(rendered.png.size());
    say(frame);
    const auto granted = hear(Frame::kUploadGrant);
    if (!granted) return false;
    if (granted->upload_grant().stored()) return true;
    const auto url = http::parse_url(granted->upload_grant().url());
    if (!url) return false;
    const auto put = http::exchange({.method = http::Method::put,
                                     .url = *url,
                                     .body = rendered.png,
                                     .content_type = "image/png",
                                     .most_bytes = 1 << 16,
                                     .pinned = invite_.fingerprint});
    return put && put->status / 100 == 2;
}

v1::Result ScriptedWorker::result(const v1::Offer& offer, const Rendered& rendered) const {
    v1::Result result;
    *result.mutable_lease() = offer.lease();
    auto* success = result.mutable_success();
    fill(sign(rendered.statement, key_), success->mutable_statement());
    success->set_sha256(std::string(as_text(crypto::sha256(as_bytes(rendered.png)))));
    success->set_size(rendered.png.size());
    return result;
}

bool ScriptedWorker::say_result(const v1::Result& result) {
    v1::ConnectRequest frame;
    *frame.mutable_result() = result;
    return say(frame);
}

std::optional<v1::ResultAck> ScriptedWorker::do_job(const v1::Offer& offer) {
    const Rendered rendered = render(offer);
    if (!accept(offer) || !upload(offer, rendered)) return std::nullopt;
    if (!say_result(result(offer, rendered))) return std::nullopt;
    return hear_ack();
}

grpc::Status ScriptedWorker::leave() {
    if (calls_) return polled_.end;
    stream_->WritesDone();
    return ended();
}

grpc::Status ScriptedWorker::ended() {
    if (!calls_) return park().ended();
    v1::ConnectResponse frame;
    while (read(frame)) {
    }
    return polled_.end;
}

ScriptedWorker::Parked ScriptedWorker::park() { return {std::move(context_), std::move(stream_)}; }

grpc::Status ScriptedWorker::Parked::ended() {
    v1::ConnectResponse frame;
    while (stream->Read(&frame)) {
    }
    return stream->Finish();
}

}  // namespace gotong::test
