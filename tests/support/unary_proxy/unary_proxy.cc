#include "tests/support/unary_proxy/unary_proxy.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <chrono>

namespace gotong::test {
namespace {

constexpr int kMaxMessage = 64 << 20;

bool is_stream(const std::string& method) { return method.ends_with("/Connect"); }

}  // namespace

// One call or stream; deletes itself when gRPC is done with it.
class UnaryProxy::Relay final : public grpc::ServerGenericBidiReactor {
  public:
    Relay(UnaryProxy& proxy, grpc::GenericStub& stub, grpc::GenericCallbackServerContext& context)
        : proxy_(proxy), stub_(stub), context_(context), is_stream_(is_stream(context.method())) {
        if (is_stream_) {
            ++proxy_.streams_;
            if (proxy_.how_ == Streams::refused) {
                Finish({grpc::StatusCode::INTERNAL, "this proxy knows no streams"});
                return;
            }
        }
        StartRead(&request_);
    }

  private:
    void OnReadDone(bool ok) override {
        if (is_stream_) {
            if (ok) StartRead(&request_);  // To nobody.
            return;
        }
        if (!ok) return Finish({grpc::StatusCode::INTERNAL, "no request came"});
        ++proxy_.calls_;
        call_.set_deadline(context_.deadline());
        stub_.UnaryCall(&call_, context_.method(), {}, &request_, &response_,
                        [this](const grpc::Status& status) { answer(status); });
    }

    void answer(const grpc::Status& status) {
        if (proxy_.is_lost()) return Finish({grpc::StatusCode::UNAVAILABLE, "lost on the way"});
        if (!status.ok()) return Finish(status);
        StartWriteAndFinish(&response_, {}, grpc::Status::OK);
    }

    void OnCancel() override {
        if (is_stream_) {
            if (proxy_.how_ == Streams::kept) Finish(grpc::Status::CANCELLED);
        } else {
            call_.TryCancel();
        }
    }
    void OnDone() override { delete this; }

    UnaryProxy& proxy_;
    grpc::GenericStub& stub_;
    grpc::GenericCallbackServerContext& context_;
    const bool is_stream_;
    grpc::ClientContext call_;
    grpc::ByteBuffer request_;
    grpc::ByteBuffer response_;
};

class UnaryProxy::Service final : public grpc::CallbackGenericService {
  public:
    Service(UnaryProxy& proxy, const std::string& target)
        : proxy_(proxy), stub_(grpc::CreateChannel(target, grpc::InsecureChannelCredentials())) {}

    grpc::ServerGenericBidiReactor* CreateReactor(
        grpc::GenericCallbackServerContext* context) override {
        return new Relay(proxy_, stub_, *context);
    }

  private:
    UnaryProxy& proxy_;
    grpc::GenericStub stub_;
};

UnaryProxy::UnaryProxy(const std::string& target, Streams streams)
    : how_(streams), service_(std::make_unique<Service>(*this, target)) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.SetMaxReceiveMessageSize(kMaxMessage);
    builder.RegisterCallbackGenericService(service_.get());
    server_ = builder.BuildAndStart();
}

UnaryProxy::~UnaryProxy() { server_->Shutdown(std::chrono::system_clock::now()); }

std::string UnaryProxy::address() const { return "127.0.0.1:" + std::to_string(port_); }

}  // namespace gotong::test
