// Who calls: a bearer token in the call's metadata, and the account that it stands for.
//
// Tokens are looked up by their SHA-256, so neither the store nor the time a look-up takes says
// anything about them. No token ever appears in a message or a log.
#pragma once

#include <grpcpp/server_context.h>

#include "common/crypto/digest.h"
#include "common/ids.h"
#include "common/result.h"
#include "common/trace/trace.h"
#include "coordinator/core/core.h"

namespace gotong::rpc {

inline constexpr std::string_view kCreatorTokenPrefix = "gtc_";

// The hash of the token in `authorization: Bearer <token>`. unauthenticated says what to send.
Result<crypto::Digest> bearer_token(const grpc::CallbackServerContext& context);

// The trace that the call's `traceparent` names; a new one when it names none.
TraceId trace_of(const grpc::CallbackServerContext& context);

// On the loop's thread. unauthenticated: unknown, or revoked.
Result<AccountId> account_of(const core::Core& core, const crypto::Digest& token_hash);

}  // namespace gotong::rpc
