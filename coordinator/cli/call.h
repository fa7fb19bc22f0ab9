// Unary calls as values: a Result instead of a status and an out-parameter.
#pragma once

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <string>

#include "common/result.h"

namespace gotong::cli {

// Any call of ours is answered in milliseconds; a coordinator that takes longer is stuck.
inline constexpr std::chrono::seconds kCallDeadline{20};

// gRPC's code and message, and the field that the trailer names.
Error error_of(const grpc::ClientContext& context, const grpc::Status& status);

void set_bearer(grpc::ClientContext& context, const std::string& token);

// The trace that $TRACEPARENT names, as tools set it that follow what they start, goes along; what
// is no trace does not.
void set_trace(grpc::ClientContext& context);

// `token` may be empty.
template <class Stub, class Request, class Response>
Result<Response> call(Stub& stub,
                      grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                      const Request& request, const std::string& token = {}) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + kCallDeadline);
    set_bearer(context, token);
    set_trace(context);
    Response response;
    const grpc::Status status = (stub.*method)(&context, request, &response);
    if (!status.ok()) return Failure{error_of(context, status)};
    return response;
}

}  // namespace gotong::cli
