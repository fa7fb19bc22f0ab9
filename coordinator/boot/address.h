// Where the coordinator listens, and what to call that from outside.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/result.h"

namespace gotong::boot {

struct Address {
    std::string host;  // A name or an address, without brackets. "0.0.0.0", "::": every one.
    std::uint16_t port = 0;

    std::string url_host() const;  // With brackets around an IPv6 address.
    std::string text() const;      // "HOST:PORT", likewise.
    bool is_loopback() const;
    bool is_wildcard() const;
};

// "HOST:PORT". invalid_argument names `flag` and says what would work.
Result<Address> parse_address(std::string_view text, const std::string& flag);

// How others reach what listens on `listen`: that very address; for a wildcard the first address of
// this machine that is no loopback, IPv4 before IPv6, and 127.0.0.1 when it has none. (A machine
// with several, or behind a router, says --public-address.)
Address reachable(const Address& listen);

// How programs on this machine reach it: a wildcard becomes loopback.
Address local(const Address& listen);

}  // namespace gotong::boot
