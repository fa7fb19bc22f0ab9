#include "worker/link/channel.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>

#include "common/file/file.h"
#include "common/http/url.h"
#include "common/invite/invite.h"
#include "common/tls/certificate.h"

namespace gotong::link {
namespace {

using namespace std::chrono_literals;

// A catalogue with hundreds of models; nothing else comes near.
constexpr int kMaxMessage = 4 << 20;
// Home routers forget silent connections after a few minutes; the pool allows a ping each 20 s.
constexpr int kKeepaliveEveryMs = 30'000;
constexpr int kKeepaliveAnswerMs = 20'000;
constexpr auto kCertificateWithin = 10s;

// What Debian, Fedora and Alpine have; gRPC's own list is often not installed.
constexpr const char* kSystemRoots[] = {"/etc/ssl/certs/ca-certificates.crt",
                                        "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"};
constexpr std::size_t kMaxRoots = 4U << 20U;

grpc::ChannelArguments arguments() {
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(kMaxMessage);
    arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveEveryMs);
    arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveAnswerMs);
    arguments.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
    arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
    // The session has its own backoff; a shared subchannel would add gRPC's to it.
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return arguments;
}

std::string system_roots() {
    for (const char* path : kSystemRoots) {
        if (auto roots = file::read_small(path, kMaxRoots)) return *roots;
    }
    return {};
}

Result<std::string> pinned_certificate(const http::HostPort& at, const Digest& fingerprint) {
    const auto shown = tls::server_certificate(at.host, at.port, kCertificateWithin);
    if (!shown) return Failure{shown.error()};
    if (!*shown)
        return fail(ErrorCode::permission_denied, at.host +
                                                      " speaks no TLS, but the invite says "
                                                      "that the pool does");
    if ((*shown)->fingerprint != fingerprint)
        return fail(ErrorCode::permission_denied,
                    "the certificate at " + at.host + " has fingerprint " +
                        crypto::to_hex((*shown)->fingerprint) + ", but the invite says " +
                        crypto::to_hex(fingerprint) +
                        "; ask the pool's operator for a new invite if it was replaced");
    if (!(*shown)->self_signed)
        return fail(ErrorCode::failed_precondition,
                    "the pool's certificate comes from an authority that this machine does not "
                    "know; ask the operator for an invite that is web trusted");
    return (*shown)->pem;
}

}  // namespace

Result<std::shared_ptr<grpc::Channel>> open_channel(const Endpoint& endpoint) {
    const auto at = http::parse_host_port(endpoint.address);
    if (!at) return Failure{at.error()};
    if (!endpoint.fingerprint && !endpoint.web_trusted) {
        if (!http::is_loopback(at->host))
            return fail(ErrorCode::permission_denied,
                        "the invite names no certificate, and " + at->host +
                            " is another machine; the pool must serve TLS there");
        return grpc::CreateCustomChannel(endpoint.address, grpc::InsecureChannelCredentials(),
                                         arguments());
    }
    grpc::SslCredentialsOptions trust;
    grpc::ChannelArguments with = arguments();
    if (endpoint.web_trusted) {
        trust.pem_root_certs = system_roots();
    } else {
        auto certificate = pinned_certificate(*at, *endpoint.fingerprint);
        if (!certificate) return Failure{certificate.error()};
        trust.pem_root_certs = std::move(*certificate);
        with.SetSslTargetNameOverride(std::string{invite::kPoolCertificateName});
        // Otherwise the pool would hear that name for the address at which it is reached.
        with.SetString(GRPC_ARG_DEFAULT_AUTHORITY, endpoint.address);
    }
    return grpc::CreateCustomChannel(endpoint.address, grpc::SslCredentials(trust), with);
}

}  // namespace gotong::link
