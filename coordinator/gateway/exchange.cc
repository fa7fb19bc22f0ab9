#include "coordinator/gateway/exchange.h"

#include <nlohmann/json.hpp>

namespace gotong::gateway {
namespace {

unsigned status_of(ErrorCode code) {
    switch (code) {
        case ErrorCode::invalid_argument:
            return 422;
        case ErrorCode::permission_denied:
        case ErrorCode::deadline_exceeded:
            return 403;
        case ErrorCode::not_found:
            return 404;
        case ErrorCode::resource_exhausted:
            return 507;
        case ErrorCode::unavailable:
            return 503;
        default:
            return 500;
    }
}

}  // namespace

std::variant<std::uint64_t, Reply> body_size(const Head& head, std::uint64_t most,
                                             std::string_view what) {
    if (!head.content_length) {
        return json_reply(411, "error",
                          std::string(what) + " must come with a Content-Length header");
    }
    if (*head.content_length <= most) return *head.content_length;
    return json_reply(413, "error",
                      "this URL allows at most " + std::to_string(most) + " bytes, not " +
                          std::to_string(*head.content_length));
}

Reply json_reply(unsigned status, std::string_view key, std::string_view value) {
    using nlohmann::json;
    const json body{{std::string(key), std::string(value)}};
    Reply reply;
    reply.status = status;
    reply.content_type = "application/json";
    reply.body = body.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
    return reply;
}

Reply error_reply(const Error& error) {
    return json_reply(status_of(error.code), "error", error.message);
}

}  // namespace gotong::gateway
