// A pool that says on its stream what a test tells it to, over real gRPC on loopback.
#pragma once

#include <gotong/v1/worker.grpc.pb.h>
#include <grpcpp/server.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "common/certificate/certificate.h"
#include "common/crypto/sign.h"
#include "worker/link/endpoint.h"

namespace gotong::link {

class FakePool {
  public:
    using Stream = grpc::ServerReaderWriter<v1::ConnectResponse, v1::ConnectRequest>;
    struct Script {
        std::function<grpc::Status(Stream&)> connect{};
        std::function<grpc::Status(const v1::EnrolRequest&, v1::EnrolResponse&)> enrol{};
    };

    explicit FakePool(Script script,
                      const std::optional<certificate::Certificate>& tls = std::nullopt);
    FakePool(const FakePool&) = delete;
    FakePool& operator=(const FakePool&) = delete;
    ~FakePool();

    const crypto::SigningKey& key() const { return key_; }
    Endpoint endpoint() const;

  private:
    class Service;

    crypto::SigningKey key_ = crypto::SigningKey::generate();
    std::optional<Digest> fingerprint_;
    int port_ = 0;
    std::unique_ptr<Service> service_;
    std::unique_ptr<grpc::Server> server_;
};

// Sends a Challenge whose nonce is 32 times `nonce`, and returns the answer.
v1::ConnectRequest challenge(FakePool::Stream& stream, char nonce);
v1::ConnectResponse welcome(const std::string& resume_token);

}  // namespace gotong::link
