// Errors as gRPC tells them: the same code and message; the trailer `gotong-field` names the field
// at fault, so that programs need not read the message.
#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/status.h>

#include "common/result.h"

namespace gotong::rpc {

grpc::Status to_status(const Error& error);

// Adds the trailer, when there is a field. Before the call finishes, by the one who finishes it.
void name_field(grpc::CallbackServerContext& context, const Error& error);

}  // namespace gotong::rpc
