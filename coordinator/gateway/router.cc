#include "coordinator/gateway/router.h"

#include <algorithm>

#include "coordinator/gateway/blobs.h"
#include "coordinator/gateway/inputs.h"
#include "coordinator/gateway/pictures.h"
#include "coordinator/gateway/status.h"

namespace gotong::gateway {
namespace {

Reply not_allowed(std::string allow) {
    Reply reply = json_reply(405, "error", "this path answers " + allow + " only");
    reply.allow = std::move(allow);
    return reply;
}

}  // namespace

Decision Router::decide(const Head& head) const {
    const std::string_view path = head.target.substr(0, head.target.find('?'));
    const bool is_get = head.verb == Verb::get || head.verb == Verb::head;
    if (path.starts_with("/blobs/")) {
        if (head.verb == Verb::put) return put_blob(services_, head);
        if (is_get) return get_blob(services_, head);
        return not_allowed("GET, HEAD, PUT");
    }
    if (path.starts_with("/inputs/")) {
        if (head.verb == Verb::put) return put_input(services_, head);
        if (is_get) return get_input(services_, head);
        return not_allowed("GET, HEAD, PUT");
    }
    const bool is_picture = path.starts_with("/pictures/");
    if (!is_picture && path != "/healthz" && path != "/readyz" && path != "/metrics") {
        return json_reply(404, "error", "there is nothing at this address");
    }
    if (!is_get) return not_allowed("GET, HEAD");
    if (is_picture) return get_picture(services_, head);
    if (path == "/metrics") return metrics(services_, head);
    return path == "/healthz" ? health() : readiness(services_);
}

void Router::note(const Reply& reply) const {
    auto& answers = services_.counts->answers;
    answers[std::min<std::size_t>(reply.status / 100, answers.size() - 1)].add();
}

}  // namespace gotong::gateway
