#include "worker/link/address.h"

namespace gotong::link {

Result<http::Url> checked_address(const std::string& url) {
    auto parsed = http::parse_url(url);
    if (!parsed) return parsed;
    if (parsed->tls || http::is_loopback(parsed->host)) return parsed;
    return fail(ErrorCode::permission_denied,
                "the pool names an address at " + parsed->host + " without TLS");
}

}  // namespace gotong::link
