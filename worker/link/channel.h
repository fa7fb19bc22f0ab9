// A gRPC channel to the pool, in the clear only within this machine.
#pragma once

#include <grpcpp/channel.h>

#include <memory>

#include "common/result.h"
#include "worker/link/endpoint.h"

namespace gotong::link {

// Pinned endpoints: fetches the server's certificate, compares its fingerprint, and trusts that
// one certificate alone. The channel connects when it is first used. gRPC's stubs share it: hence
// the shared_ptr.
//
// Errors: permission_denied (another certificate than the invite's, or plain text to another
// machine), invalid_argument (the address), unavailable (nothing answers there).
Result<std::shared_ptr<grpc::Channel>> open_channel(const Endpoint& endpoint);

}  // namespace gotong::link
