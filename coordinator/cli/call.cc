#include "coordinator/cli/call.h"

#include <cstdlib>

#include "common/trace/trace.h"

namespace gotong::cli {
namespace {

constexpr const char* kFieldTrailer = "gotong-field";

bool is_ours(grpc::StatusCode code) {
    return code != grpc::StatusCode::OK && code != grpc::StatusCode::UNKNOWN &&
           code != grpc::StatusCode::OUT_OF_RANGE;
}

}  // namespace

Error error_of(const grpc::ClientContext& context, const grpc::Status& status) {
    const grpc::StatusCode code = status.error_code();
    Error error{is_ours(code) ? static_cast<ErrorCode>(code) : ErrorCode::internal,
                status.error_message(),
                {}};
    if (code == grpc::StatusCode::UNAVAILABLE)
        error.message = "the coordinator cannot be reached: " + error.message;
    if (code == grpc::StatusCode::DEADLINE_EXCEEDED)
        error.message = "the coordinator does not answer";
    const auto& trailers = context.GetServerTrailingMetadata();
    if (const auto field = trailers.find(kFieldTrailer); field != trailers.end())
        error.field.assign(field->second.data(), field->second.size());
    return error;
}

void set_bearer(grpc::ClientContext& context, const std::string& token) {
    if (!token.empty()) context.AddMetadata("authorization", "Bearer " + token);
}

void set_trace(grpc::ClientContext& context) {
    const char* parent = std::getenv("TRACEPARENT");
    if (parent && trace::from_traceparent(parent)) context.AddMetadata("traceparent", parent);
}

}  // namespace gotong::cli
