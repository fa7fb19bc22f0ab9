// gRPC's statuses as our errors.
#pragma once

#include <grpcpp/support/status.h>

#include "common/result.h"

namespace gotong::link {

// The numbers are the same; what Error has no word for becomes internal.
inline Error error_of(const grpc::Status& status) {
    switch (const auto code = static_cast<ErrorCode>(status.error_code())) {
        case ErrorCode::cancelled:
        case ErrorCode::invalid_argument:
        case ErrorCode::deadline_exceeded:
        case ErrorCode::not_found:
        case ErrorCode::already_exists:
        case ErrorCode::permission_denied:
        case ErrorCode::resource_exhausted:
        case ErrorCode::failed_precondition:
        case ErrorCode::aborted:
        case ErrorCode::unimplemented:
        case ErrorCode::unavailable:
        case ErrorCode::data_loss:
        case ErrorCode::unauthenticated:
            return {code, status.error_message(), {}};
        default:
            return {ErrorCode::internal, status.error_message(), {}};
    }
}

}  // namespace gotong::link
