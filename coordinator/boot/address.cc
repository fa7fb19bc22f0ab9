#include "coordinator/boot/address.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include <memory>

#include "common/http/url.h"

namespace gotong::boot {
namespace {

struct FreeInterfaces {
    void operator()(ifaddrs* list) const { freeifaddrs(list); }
};

std::string text_of(const sockaddr* address) {
    char text[INET6_ADDRSTRLEN] = {};
    if (address->sa_family == AF_INET) {
        const auto* v4 = reinterpret_cast<const sockaddr_in*>(address);
        inet_ntop(AF_INET, &v4->sin_addr, text, sizeof text);
    } else {
        const auto* v6 = reinterpret_cast<const sockaddr_in6*>(address);
        if (IN6_IS_ADDR_LINKLOCAL(&v6->sin6_addr)) return {};  // Means nothing elsewhere.
        inet_ntop(AF_INET6, &v6->sin6_addr, text, sizeof text);
    }
    return text;
}

// Empty when the machine has no such address.
std::string first_outside(int family) {
    ifaddrs* raw = nullptr;
    if (getifaddrs(&raw) != 0) return {};
    const std::unique_ptr<ifaddrs, FreeInterfaces> list(raw);
    for (const ifaddrs* entry = list.get(); entry != nullptr; entry = entry->ifa_next) {
        const bool up = (entry->ifa_flags & IFF_UP) != 0;
        const bool loopback = (entry->ifa_flags & IFF_LOOPBACK) != 0;
        if (entry->ifa_addr == nullptr || entry->ifa_addr->sa_family != family) continue;
        if (!up || loopback) continue;
        if (std::string text = text_of(entry->ifa_addr); !text.empty()) return text;
    }
    return {};
}

}  // namespace

std::string Address::url_host() const {
    return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

std::string Address::text() const { return url_host() + ":" + std::to_string(port); }

bool Address::is_loopback() const { return http::is_loopback(host); }

bool Address::is_wildcard() const { return host == "0.0.0.0" || host == "::"; }

Result<Address> parse_address(std::string_view text, const std::string& flag) {
    const auto parts = http::parse_host_port(text);
    if (parts) return Address{.host = parts->host, .port = parts->port};
    return fail(ErrorCode::invalid_argument,
                "--" + flag +
                    " takes HOST:PORT, as 127.0.0.1:7436 or [::1]:7436; port 0 picks a "
                    "free one",
                flag);
}

Address reachable(const Address& listen) {
    if (!listen.is_wildcard()) return listen;
    std::string host = first_outside(AF_INET);
    if (host.empty()) host = first_outside(AF_INET6);
    return {.host = host.empty() ? "127.0.0.1" : host, .port = listen.port};
}

Address local(const Address& listen) {
    if (!listen.is_wildcard()) return listen;
    return {.host = listen.host == "::" ? "::1" : "127.0.0.1", .port = listen.port};
}

}  // namespace gotong::boot
