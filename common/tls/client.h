// The client's side of TLS towards a pool whose certificate is pinned by its fingerprint.
//
// A pool that made its own certificate has no name that the system's roots vouch for; its invite
// carries the certificate's SHA-256 instead. Where no fingerprint is given, the system's roots and
// the host's name decide as everywhere on the web.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "common/crypto/digest.h"
#include "common/result.h"

namespace gotong::tls {

// "HOST:PORT", "[::1]:PORT".
struct HostPort {
    std::string host;  // Without brackets.
    std::string port;
};

// Errors: invalid_argument.
Result<HostPort> split_address(std::string_view address);

// Whether the host is this machine: 127.0.0.0/8, ::1 or "localhost". Only there may anything be
// said in the clear.
bool is_loopback(std::string_view host);

// A client's context that accepts exactly the certificate with this digest (of its DER form), or,
// without one, what the system's roots accept. Neither copyable nor movable: OpenSSL keeps its
// address.
class ClientContext {
  public:
    explicit ClientContext(std::optional<Digest> fingerprint);
    ClientContext(const ClientContext&) = delete;
    ClientContext& operator=(const ClientContext&) = delete;

    boost::asio::ssl::context& context() { return context_; }

    // Call before the handshake: tells the server the name, and checks it unless pinned.
    Result<> expect_host(SSL* session, const std::string& host) const;

  private:
    boost::asio::ssl::context context_;
    std::optional<Digest> fingerprint_;
};

struct Certificate {
    std::string pem;
    Digest fingerprint{};
};

// The certificate that a gRPC server (ALPN "h2") shows now, believed by nobody yet. Errors:
// unavailable with the reason in words (refused, timed out, no TLS there).
Result<Certificate> fetch_certificate(const HostPort& address, std::chrono::milliseconds timeout);

}  // namespace gotong::tls
