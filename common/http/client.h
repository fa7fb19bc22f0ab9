// One HTTP request on a connection of its own. Blocks; safe from every thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <stop_token>
#include <string>

#include "common/crypto/digest.h"
#include "common/http/url.h"
#include "common/result.h"

namespace gotong::http {

enum class Method { get, put };

struct Request {
    Method method = Method::get;
    Url url;
    std::string body{};          // Of a PUT.
    std::string content_type{};  // Of a PUT.
    std::size_t most_bytes = 0;  // Of the answer's body.
    // SHA-256 of a certificate (DER) that is accepted besides those that the system's roots verify:
    // a pool's own gateway shows the pool's, an object store elsewhere one from an authority.
    std::optional<crypto::Digest> pinned;
    std::chrono::milliseconds patience{std::chrono::seconds{60}};  // Without a byte moving.
    std::chrono::milliseconds within{std::chrono::hours{24}};      // For all of it.
    std::stop_token stop{};                                        // Cuts it off.
};

struct Response {
    unsigned status = 0;
    std::string body;
};

// Follows no redirects. Errors: unavailable when the server cannot be reached, goes silent, takes
// too long or closes early; permission_denied when its certificate is not the one expected;
// resource_exhausted for a longer body; cancelled. Any status that the server answers is a
// Response.
Result<Response> exchange(const Request& request);

}  // namespace gotong::http
