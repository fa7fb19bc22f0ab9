#include "coordinator/rpc/probe.h"

#include <grpcpp/channel.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/security/tls_certificate_verifier.h>
#include <grpcpp/security/tls_credentials_options.h>
#include <pthread.h>

#include <condition_variable>
#include <future>
#include <mutex>
#include <utility>

#include "common/log/log.h"

namespace gotong::rpc {
namespace {

std::shared_ptr<grpc::ChannelCredentials> credentials_of(const ProbePolicy& policy) {
    if (!policy.tls) return grpc::InsecureChannelCredentials();
    grpc::experimental::TlsChannelCredentialsOptions options;
    options.set_verify_server_certs(false);
    options.set_check_call_host(false);
    options.set_certificate_verifier(
        std::make_shared<grpc::experimental::NoOpCertificateVerifier>());
    return grpc::experimental::TlsCredentials(options);
}

// A connection of its own: one that is open already says nothing about accepting.
std::shared_ptr<grpc::Channel> connect(const ProbePolicy& policy) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
    return grpc::CreateCustomChannel(policy.address, credentials_of(policy), arguments);
}

grpc::Status ask_health(const ProbePolicy& policy) {
    grpc::GenericStub stub(connect(policy));
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + policy.within);
    const grpc::ByteBuffer request(nullptr, 0);  // HealthCheckRequest: the server as a whole.
    grpc::ByteBuffer response;
    std::promise<grpc::Status> answered;
    stub.UnaryCall(&context, "/grpc.health.v1.Health/Check", grpc::StubOptions(), &request,
                   &response, [&](grpc::Status status) { answered.set_value(std::move(status)); });
    return answered.get_future().get();
}

}  // namespace

SelfProbe::SelfProbe(ProbePolicy policy, ProbeCounts& counts, std::function<void()> wedged)
    : policy_(std::move(policy)),
      counts_(counts),
      wedged_(std::move(wedged)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {
    pthread_setname_np(thread_.native_handle(), "self-probe");
}

void SelfProbe::run(const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any stopped;
    std::uint32_t failures = 0;
    for (;;) {
        std::unique_lock lock(mutex);
        stopped.wait_for(lock, stop, policy_.every, [] { return false; });
        if (stop.stop_requested()) return;
        const grpc::Status status = ask_health(policy_);
        (status.ok() ? counts_.answered : counts_.failed).add();
        failures = status.ok() ? 0 : failures + 1;
        if (status.ok()) continue;
        log::warn("the coordinator does not answer itself", {{"address", policy_.address},
                                                             {"reason", status.error_message()},
                                                             {"times", std::to_string(failures)}});
        if (failures >= policy_.in_a_row) return wedged_();
    }
}

}  // namespace gotong::rpc
