#include "coordinator/rpc/auth.h"

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>

#include "common/crypto/token.h"

namespace gotong::rpc {
namespace {

Failure unauthenticated(std::string message) {
    return fail(ErrorCode::unauthenticated, std::move(message), "authorization");
}

// RFC 7235: the scheme's name may be written in any case.
bool starts_with_bearer(std::string_view header) {
    constexpr std::string_view scheme = "bearer ";
    if (header.size() < scheme.size()) return false;
    return std::equal(scheme.begin(), scheme.end(), header.begin(), [](char want, char got) {
        return want == static_cast<char>(std::tolower(static_cast<unsigned char>(got)));
    });
}

}  // namespace

Result<crypto::Digest> bearer_token(const grpc::CallbackServerContext& context) {
    const auto& metadata = context.client_metadata();
    const auto found = metadata.find("authorization");
    if (found == metadata.end()) {
        return unauthenticated(
            "no token: send the metadata `authorization: Bearer gtc_...`; the pool's operator "
            "makes "
            "tokens with `gotong token create NAME`");
    }
    const std::string_view header(found->second.data(), found->second.size());
    if (!starts_with_bearer(header)) {
        return unauthenticated("authorization must read `Bearer gtc_...`");
    }
    const std::string_view token = header.substr(std::string_view("bearer ").size());
    if (!token.starts_with(kCreatorTokenPrefix)) {
        return unauthenticated("this is no creator's token; those begin with gtc_");
    }
    return crypto::token_hash(token);
}

TraceId trace_of(const grpc::CallbackServerContext& context) {
    const auto& metadata = context.client_metadata();
    const auto found = metadata.find("traceparent");
    if (found == metadata.end()) return trace::make();
    return trace::from_traceparent({found->second.data(), found->second.size()})
        .value_or(trace::make());
}

Result<AccountId> account_of(const core::Core& core, const crypto::Digest& token_hash) {
    if (const auto account = core.account_of_token(token_hash)) return *account;
    const auto accounts = core.accounts();
    const bool revoked = std::ranges::any_of(accounts, [&](const store::Account& account) {
        return account.revoked && account.token_hash == token_hash;
    });
    if (revoked) {
        return unauthenticated(
            "this token was revoked; ask the pool's operator for a new one (`gotong token create "
            "NAME`)");
    }
    return unauthenticated(
        "this pool does not know this token; check that it is whole and meant for this pool, or "
        "ask "
        "the operator for a new one (`gotong token create NAME`)");
}

}  // namespace gotong::rpc
