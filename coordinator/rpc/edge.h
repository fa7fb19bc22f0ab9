// What every service needs of the rest of the coordinator; put together in main.
#pragma once

#include <grpcpp/server_context.h>

#include <functional>
#include <string>

#include "common/crypto/sign.h"
#include "common/invite/invite.h"
#include "common/time.h"
#include "coordinator/loop/loop.h"
#include "coordinator/rpc/links.h"
#include "gotong/v1/common.pb.h"

namespace gotong::rpc {

struct Edge {
    loop::Loop& loop;
    const Clock& clock;
    const blob::Presigner& presigner;
    std::string pool_name;
    crypto::PublicKey pool_key;
    std::string version;    // Of this program.
    invite::Invite invite;  // All but the token.
    Credits grant;          // For new accounts.
    LinkPolicy links;

    // URLs for whoever made this call.
    Links links_for(const std::string& base) const { return {presigner, base, clock.now().wall}; }
    std::string base_for(const grpc::CallbackServerContext& context) const {
        const auto authority = context.ExperimentalGetAuthority();
        return base_url(links, {authority.data(), authority.size()});
    }
    v1::Pool pool() const;
};

}  // namespace gotong::rpc
