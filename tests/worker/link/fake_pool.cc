#include "tests/worker/link/fake_pool.h"

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>

#include <chrono>

namespace gotong::link {
namespace {

std::shared_ptr<grpc::ServerCredentials> credentials(
    const std::optional<certificate::Certificate>& tls) {
    if (!tls) return grpc::InsecureServerCredentials();
    grpc::SslServerCredentialsOptions options;
    options.pem_key_cert_pairs.push_back({tls->key_pem, tls->chain_pem});
    return grpc::SslServerCredentials(options);
}

}  // namespace

class FakePool::Service final : public v1::WorkerService::Service {
  public:
    explicit Service(Script script) : script_(std::move(script)) {}

    grpc::Status Connect(grpc::ServerContext*, FakePool::Stream* stream) override {
        return script_.connect(*stream);
    }
    grpc::Status Enrol(grpc::ServerContext*, const v1::EnrolRequest* request,
                       v1::EnrolResponse* response) override {
        return script_.enrol(*request, *response);
    }

  private:
    Script script_;
};

FakePool::FakePool(Script script, const std::optional<certificate::Certificate>& tls)
    : service_(std::make_unique<Service>(std::move(script))) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", credentials(tls), &port_);
    builder.RegisterService(service_.get());
    server_ = builder.BuildAndStart();
    if (tls) fingerprint_ = certificate::fingerprint(tls->chain_pem).value();
}

FakePool::~FakePool() { server_->Shutdown(std::chrono::system_clock::now()); }

Endpoint FakePool::endpoint() const {
    return {.address = "127.0.0.1:" + std::to_string(port_),
            .fingerprint = fingerprint_,
            .web_trusted = false,
            .pool_key = key_.public_key()};
}

v1::ConnectRequest challenge(FakePool::Stream& stream, char nonce) {
    v1::ConnectResponse frame;
    frame.mutable_challenge()->set_nonce(std::string(32, nonce));
    stream.Write(frame);
    v1::ConnectRequest answer;
    stream.Read(&answer);
    return answer;
}

v1::ConnectResponse welcome(const std::string& resume_token) {
    v1::ConnectResponse frame;
    frame.mutable_welcome()->set_protocol(1);
    frame.mutable_welcome()->set_resume_token(resume_token);
    frame.mutable_welcome()->set_heartbeat_idle_ms(30'000);
    frame.mutable_welcome()->set_heartbeat_busy_ms(5'000);
    frame.mutable_welcome()->set_session_ttl_ms(75'000);
    return frame;
}

}  // namespace gotong::link
