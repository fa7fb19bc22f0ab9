#include "tests/bench/bare_server.h"

#include <unistd.h>

#include "common/file/file.h"
#include "common/invite/invite.h"
#include "coordinator/rpc/server.h"
#include "gotong/v1/worker.grpc.pb.h"

namespace gotong::test {
namespace {

// One frame is read, one is written, and so on. Deletes itself when gRPC is done with it.
class Echo final : public grpc::ServerBidiReactor<v1::ConnectRequest, v1::ConnectResponse> {
  public:
    Echo() {
        answer_.mutable_challenge()->set_nonce("bare");
        StartWrite(&answer_);
    }

  private:
    void OnWriteDone(bool ok) override {
        answer_.Clear();
        answer_.mutable_desired();
        if (ok) StartRead(&frame_);
    }
    void OnReadDone(bool ok) override {
        if (ok) return StartWrite(&answer_);
        Finish(grpc::Status::OK);
    }
    void OnDone() override { delete this; }

    v1::ConnectRequest frame_;
    v1::ConnectResponse answer_;
};

class Service final : public v1::WorkerService::CallbackService {
    grpc::ServerBidiReactor<v1::ConnectRequest, v1::ConnectResponse>* Connect(
        grpc::CallbackServerContext*) override {
        return new Echo;
    }
};

}  // namespace

void serve_bare(const std::filesystem::path& folder) {
    const auto certificate =
        certificate::make_self_signed({std::string(invite::kPoolCertificateName)});
    rpc::prepare_grpc();
    Service service;
    const auto server = rpc::Server::start("127.0.0.1:0", &certificate,
                                           {{&service, v1::WorkerService::service_full_name()}})
                            .value();
    const auto access = file::Access::owner_only;
    const std::string port = std::to_string(server->port());
    (void)file::replace_durable(folder / "certificate.pem", certificate.chain_pem, access);
    (void)file::replace_durable(folder / "port", port, access);
    for (;;) ::pause();
}

}  // namespace gotong::test
