#include "coordinator/gateway/status.h"

#include "common/crypto/token.h"
#include "coordinator/observe/exposition.h"

namespace gotong::gateway {
namespace {

bool shows_token(const Head& head, std::string_view token) {
    constexpr std::string_view scheme = "Bearer ";
    return head.authorization.starts_with(scheme) &&
           crypto::equal_in_constant_time(as_bytes(head.authorization.substr(scheme.size())),
                                          as_bytes(token));
}

}  // namespace

Reply health() { return json_reply(200, "status", "ok"); }

Reply readiness(const Services& services) {
    if (const Result<> ready = services.ready(); !ready) {
        return json_reply(503, "error", ready.error().message);
    }
    return json_reply(200, "status", "ready");
}

Reply metrics(const Services& services, const Head& head) {
    if (!services.metrics) return json_reply(404, "error", "this pool shows no metrics");
    if (!services.metrics_token.empty() && !shows_token(head, services.metrics_token)) {
        return json_reply(401, "error",
                          "send `Authorization: Bearer` and the token in the pool's metrics.token");
    }
    Result<std::string> text = services.metrics();
    if (!text) return error_reply(text.error());
    Reply reply;
    reply.content_type = observe::kContentType;
    reply.body = *std::move(text);
    return reply;
}

}  // namespace gotong::gateway
