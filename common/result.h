// Result<T>: a value, or an Error that says which class of failure it was and why.
//
// Every function that can fail for a reason outside the program (network, disk, peer, user
// input) returns a Result. A broken invariant is not an Error: it stops the process (check.h).
// Exceptions thrown by libraries (libtorch, Boost) are turned into an Error where that library is
// called, and travel no further.
//
// ErrorCode uses the numbers of grpc::StatusCode, so the RPC edge converts without a table.
#pragma once

#include <string>
#include <utility>
#include <version>

#ifdef __cpp_lib_expected
#include <expected>
#else
#include <tl/expected.hpp>
#endif

namespace gotong {

enum class ErrorCode {
    cancelled = 1,
    invalid_argument = 3,
    deadline_exceeded = 4,
    not_found = 5,
    already_exists = 6,
    permission_denied = 7,
    resource_exhausted = 8,
    failed_precondition = 9,
    aborted = 10,
    unimplemented = 12,
    internal = 13,
    unavailable = 14,  // The only code that a caller may retry unchanged.
    data_loss = 15,
    unauthenticated = 16,
};

struct [[nodiscard]] Error {
    ErrorCode code = ErrorCode::internal;
    std::string message;
    std::string field;  // The input field at fault ("steps"); empty where there is none.

    // The same error with what the caller was doing in front: "load model: no such file".
    Error during(const std::string& action) const { return {code, action + ": " + message, field}; }

    bool operator==(const Error&) const = default;
};

#ifdef __cpp_lib_expected
template <class T = void>
using Result = std::expected<T, Error>;
using Failure = std::unexpected<Error>;
#else
template <class T = void>
using Result = tl::expected<T, Error>;
using Failure = tl::unexpected<Error>;
#endif

// fail(ErrorCode::not_found, "no such job") reads better than the constructor it stands for.
inline Failure fail(ErrorCode code, std::string message, std::string field = {}) {
    return Failure{Error{code, std::move(message), std::move(field)}};
}

}  // namespace gotong
