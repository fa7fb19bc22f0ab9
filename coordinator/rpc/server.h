// A gRPC server with our limits (limits.h): the public one, and the operator's on a Unix socket.
// Both answer grpc.health.v1 and reflection.
#pragma once

#include <grpcpp/server.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "common/certificate/certificate.h"
#include "common/result.h"

namespace gotong::rpc {

// Process-wide settings of gRPC and protobuf. Once, before the first Server.
void prepare_grpc();

struct Served {
    grpc::Service* service;
    std::string name;  // "gotong.v1.CreatorService": what health is asked for.
};

class Server {
  public:
    // "HOST:PORT" (0: a free port) or "unix:/path". The services outlive the server. `tls` null: in
    // the clear; the caller has made sure that this is loopback. unavailable: nothing can listen
    // there.
    static Result<std::unique_ptr<Server>> start(const std::string& address,
                                                 const certificate::Certificate* tls,
                                                 const std::vector<Served>& services);
    ~Server();  // stop()

    std::uint16_t port() const { return port_; }

    // Takes no new calls, lets the open ones end for kShutdownGrace, then cancels them. Who streams
    // has been told before.
    void stop();

  private:
    Server(std::unique_ptr<grpc::Server> server, std::uint16_t port);

    std::unique_ptr<grpc::Server> server_;
    const std::uint16_t port_;
};

}  // namespace gotong::rpc
