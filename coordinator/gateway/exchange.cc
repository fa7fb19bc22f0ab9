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
