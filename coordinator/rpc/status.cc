#include "coordinator/rpc/status.h"

#include "coordinator/rpc/tally.h"

namespace gotong::rpc {

grpc::Status to_status(const Error& error) {
    auto& refusals = tally().refusals;
    if (const auto code = static_cast<std::size_t>(error.code); code < refusals.size()) {
        refusals[code].add();
    }
    return {static_cast<grpc::StatusCode>(error.code), error.message};
}

void name_field(grpc::CallbackServerContext& context, const Error& error) {
    if (!error.field.empty()) context.AddTrailingMetadata("gotong-field", error.field);
}

}  // namespace gotong::rpc
