// A worker without a renderer, played line by line: it speaks the real protocol over a real
// channel, and a test decides what it says and when.
//
// Every stream has a deadline, so a test that waits for what never comes fails instead of hanging.
#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "common/invite/invite.h"
#include "gotong/v1/worker.grpc.pb.h"
#include "tests/support/pool/statement.h"

namespace gotong::test {

class ScriptedWorker {
  public:
    using Frame = v1::ConnectResponse::FrameCase;

    ScriptedWorker(std::shared_ptr<grpc::Channel> channel, const std::string& invite);

    // From the next open(): through unary calls. `twice`: it makes each of them twice, as if the
    // first answer had been lost.
    enum class Calls { once, twice };
    void speak_by_calls(Calls calls = Calls::once) { calls_ = calls; }

    grpc::Status enrol(const std::string& name = "scripted");

    // Opens a stream and reads the challenge.
    void open();
    // Signed over the challenge; change what should be wrong.
    v1::Hello hello(const std::string& resume_token = {}) const;
    // open(), hello and Welcome; then a first snapshot. False when the stream ended instead.
    bool connect(const std::string& resume_token = {});

    bool say(const v1::ConnectRequest& frame);
    bool say_hello(const v1::Hello& hello);
    // What it holds and keeps in its outbox, with `free_slots` for more.
    bool say_snapshot(std::uint32_t free_slots = 1);

    // The next frame of this kind; others are dropped. nullopt: the stream has ended.
    std::optional<v1::ConnectResponse> hear(Frame kind);
    std::optional<v1::Offer> hear_offer();
    std::optional<v1::ResultAck> hear_ack();

    // The stations of one job.
    bool accept(const v1::Offer& offer);
    bool upload(const v1::Offer& offer, const Rendered& rendered);
    v1::Result result(const v1::Offer& offer, const Rendered& rendered) const;
    bool say_result(const v1::Result& result);
    // All of them; the pool's verdict.
    std::optional<v1::ResultAck> do_job(const v1::Offer& offer);

    // Puts the open stream aside, so that open() makes a second one beside it.
    struct Parked {
        std::unique_ptr<grpc::ClientContext> context;
        std::unique_ptr<grpc::ClientReaderWriter<v1::ConnectRequest, v1::ConnectResponse>> stream;
        grpc::Status ended();
    };
    Parked park();

    // Ends the stream from this side, if it is open; the status it ended with.
    grpc::Status leave();
    // Waits for the pool to end it.
    grpc::Status ended();

    Rendered render(const v1::Offer& offer) const;
    const crypto::SigningKey& key() const { return key_; }
    const v1::Welcome& welcome() const { return welcome_; }
    v1::Snapshot snapshot;              // Sent by say_snapshot().
    std::chrono::seconds patience{60};  // The deadline of streams that are opened from now on.
    char instance = '\x17';             // 16 times: which start of which daemon it says that it is.

  private:
    using Stream = grpc::ClientReaderWriter<v1::ConnectRequest, v1::ConnectResponse>;

    // What a stream does, by calls.
    struct Polled {
        std::string name;
        std::uint64_t heard = 0;
        std::uint64_t told = 0;
        std::deque<v1::ConnectResponse> frames{};
        grpc::Status end{};
    };
    bool tell(const v1::ConnectRequest& frame);
    bool listen();
    bool read(v1::ConnectResponse& frame);

    std::optional<Calls> calls_;
    Polled polled_;
    std::unique_ptr<v1::WorkerService::Stub> stub_;
    invite::Invite invite_;
    crypto::SigningKey key_ = crypto::SigningKey::generate();
    receipt::Envelope enrolment_;
    std::unique_ptr<grpc::ClientContext> context_;
    std::unique_ptr<Stream> stream_;
    std::string challenge_;
    v1::Welcome welcome_;
};

}  // namespace gotong::test
