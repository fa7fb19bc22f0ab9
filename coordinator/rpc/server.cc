#include "coordinator/rpc/server.h"

#include <grpc/support/log.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>

#include <utility>

#include "common/log/log.h"
#include "coordinator/rpc/limits.h"
#include "coordinator/rpc/wire.h"

namespace gotong::rpc {
namespace {

int milliseconds(std::chrono::milliseconds duration) { return static_cast<int>(duration.count()); }

// Any peer can make gRPC complain, so none of it is above debug.
void log_for_grpc(gpr_log_func_args* args) { log::debug("grpc", {{"says", args->message}}); }

std::shared_ptr<grpc::ServerCredentials> credentials_for(const certificate::Certificate* tls) {
    if (tls == nullptr) return grpc::InsecureServerCredentials();
    grpc::SslServerCredentialsOptions options(GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE);
    options.pem_key_cert_pairs.push_back({tls->key_pem, tls->chain_pem});
    return grpc::SslServerCredentials(options);
}

void set_limits(grpc::ServerBuilder& builder) {
    builder.SetMaxReceiveMessageSize(kMaxMessageBytes);
    builder.SetResourceQuota(grpc::ResourceQuota("gotong").Resize(kMemoryQuotaBytes));
    const std::pair<const char*, int> arguments[] = {
        {GRPC_ARG_ALLOW_REUSEPORT, 0},  // Two coordinators on one port must not share its calls.
        {GRPC_ARG_MAX_CONCURRENT_STREAMS, kMaxStreamsPerConnection},
        {GRPC_ARG_MAX_METADATA_SIZE, kMaxMetadataBytes},
        {GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, milliseconds(kHandshakeTimeout)},
        {GRPC_ARG_MAX_CONNECTION_IDLE_MS, milliseconds(kIdleConnection)},
        {GRPC_ARG_KEEPALIVE_TIME_MS, milliseconds(kKeepalive)},
        {GRPC_ARG_KEEPALIVE_TIMEOUT_MS, milliseconds(kKeepaliveTimeout)},
        {GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1},
        {GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, milliseconds(kMinPingInterval)},
        {GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0},  // An idle stream is pinged for ever.
    };
    for (const auto& [name, value] : arguments) builder.AddChannelArgument(name, value);
}

}  // namespace

void prepare_grpc() {
    gpr_set_log_function(&log_for_grpc);
    catch_parse_errors();
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
}

Result<std::unique_ptr<Server>> Server::start(const std::string& address,
                                              const certificate::Certificate* tls,
                                              const std::vector<Served>& services) {
    grpc::ServerBuilder builder;
    set_limits(builder);
    int port = 0;
    builder.AddListeningPort(address, credentials_for(tls), &port);
    for (const Served& served : services) builder.RegisterService(served.service);
    auto server = builder.BuildAndStart();
    if (!server || port == 0) {
        return fail(ErrorCode::unavailable, "cannot listen on " + address);
    }
    for (const Served& served : services) {
        server->GetHealthCheckService()->SetServingStatus(served.name, true);
    }
    return std::unique_ptr<Server>(new Server(std::move(server), static_cast<std::uint16_t>(port)));
}

Server::Server(std::unique_ptr<grpc::Server> server, std::uint16_t port)
    : server_(std::move(server)), port_(port) {}

Server::~Server() { stop(); }

void Server::stop() {
    server_->GetHealthCheckService()->SetServingStatus(false);
    server_->Shutdown(std::chrono::system_clock::now() + kShutdownGrace);
    server_->Wait();
}

}  // namespace gotong::rpc
