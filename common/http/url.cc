#include "common/http/url.h"

#include <algorithm>
#include <charconv>

namespace gotong::http {
namespace {

constexpr std::uint16_t kHttpPort = 80;
constexpr std::uint16_t kHttpsPort = 443;

Failure bad(const char* why) { return fail(ErrorCode::invalid_argument, why, "url"); }

Result<std::uint16_t> parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc{} || end != text.data() + text.size())
        return bad("the port is not a number up to 65535");
    return port;
}

// Splits "host", "host:port" or "[v6]:port"; the port's text is empty where there is none.
Result<std::pair<std::string_view, std::string_view>> split_port(std::string_view text) {
    if (text.starts_with('[')) {
        const auto close = text.find(']');
        if (close == std::string_view::npos) return bad("the address has '[' without ']'");
        const std::string_view rest = text.substr(close + 1);
        if (!rest.empty() && rest.front() != ':') return bad("a port is written after ':'");
        return std::pair{text.substr(1, close - 1), rest.empty() ? rest : rest.substr(1)};
    }
    const auto colon = text.find(':');
    if (colon == std::string_view::npos) return std::pair{text, std::string_view{}};
    return std::pair{text.substr(0, colon), text.substr(colon + 1)};
}

}  // namespace

std::string Url::authority() const {
    const bool v6 = host.find(':') != std::string::npos;
    return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

Result<Url> parse_url(std::string_view text) {
    if (text.size() > kMaxUrl) return bad("the address is longer than 4096 characters");
    if (!std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f' && c != '#'; }))
        return bad("the address holds a character that addresses do not have");
    Url url;
    url.tls = text.starts_with("https://");
    if (!url.tls && !text.starts_with("http://"))
        return bad("the address begins with neither http:// nor https://");
    text.remove_prefix(url.tls ? 8 : 7);
    const auto slash = std::min(text.find_first_of("/?"), text.size());
    const std::string_view authority = text.substr(0, slash);
    if (authority.find('@') != std::string_view::npos) return bad("the address names a user");
    const auto parts = split_port(authority);
    if (!parts) return Failure{parts.error()};
    if (parts->first.empty()) return bad("the address names no host");
    url.host = parts->first;
    url.port = url.tls ? kHttpsPort : kHttpPort;
    if (!parts->second.empty()) {
        const auto port = parse_port(parts->second);
        if (!port) return Failure{port.error()};
        if (*port == 0) return bad("a URL's port is 1 or more");
        url.port = *port;
    }
    url.target = text.substr(slash);
    if (!url.target.starts_with('/')) url.target.insert(0, "/");
    return url;
}

Result<HostPort> parse_host_port(std::string_view text) {
    const auto parts = split_port(text);
    if (!parts || parts->first.empty() || parts->second.empty())
        return bad("an address is HOST:PORT, as in pool.example:7436");
    const auto port = parse_port(parts->second);
    if (!port) return Failure{port.error()};
    return HostPort{std::string{parts->first}, *port};
}

bool is_loopback(std::string_view host) {
    // 127.example.org begins like a loopback address and is a stranger's name.
    const bool is_numeric = host.find_first_not_of("0123456789.") == std::string_view::npos;
    return host == "localhost" || host == "::1" || (is_numeric && host.starts_with("127."));
}

}  // namespace gotong::http
