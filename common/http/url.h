// The parts of an http or https address, as pre-signed URLs have them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/result.h"

namespace gotong::http {

inline constexpr std::size_t kMaxUrl = 4096;  // A pre-signed S3 URL has about 600.

struct Url {
    bool tls = false;
    std::string host;  // Without the brackets of an IPv6 address.
    std::uint16_t port = 0;
    std::string target;  // Path and query; "/" when there is neither.

    // "host:port" as the Host header wants it, brackets included.
    std::string authority() const;
};

// Errors: invalid_argument for another scheme, user names, fragments, and anything that is not
// printable ASCII. The message never repeats the address: a pre-signed one is a secret.
Result<Url> parse_url(std::string_view text);

struct HostPort {
    std::string host;
    std::uint16_t port = 0;
};

// "pool.example:7436", "[::1]:7436"; port 0 is for listeners: any free one. Errors:
// invalid_argument.
Result<HostPort> parse_host_port(std::string_view text);

// localhost, 127.0.0.0/8 and ::1: traffic to them never leaves the machine.
bool is_loopback(std::string_view host);

}  // namespace gotong::http
