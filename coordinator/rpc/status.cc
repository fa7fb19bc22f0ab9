#include "coordinator/rpc/status.h"

namespace gotong::rpc {

grpc::Status to_status(const Error& error) {
    return {static_cast<grpc::StatusCode>(error.code), error.message};
}

void name_field(grpc::CallbackServerContext& context, const Error& error) {
    if (!error.field.empty()) context.AddTrailingMetadata("gotong-field", error.field);
}

}  // namespace gotong::rpc
