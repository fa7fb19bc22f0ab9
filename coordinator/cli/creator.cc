#include "coordinator/cli/creator.h"

#include <fstream>
#include <iterator>

#include "common/http/url.h"
#include "common/invite/invite.h"
#include "common/tls/certificate.h"

namespace gotong::cli {
namespace {

constexpr std::chrono::seconds kProbe{10};  // A connection and a handshake across the world.
// gRPC in Debian looks for its own bundle of roots first; this is the system's.
constexpr const char* kSystemRoots = "/etc/ssl/certs/ca-certificates.crt";

struct Line {
    std::shared_ptr<grpc::Channel> channel;
    std::optional<Digest> fingerprint;
};

std::string system_roots() {
    std::ifstream file{kSystemRoots};
    return {std::istreambuf_iterator<char>{file}, {}};
}

// A self-made certificate is its own root and does not carry the address's name.
std::shared_ptr<grpc::Channel> tls_channel(const std::string& address,
                                           const tls::Certificate& certificate) {
    grpc::SslCredentialsOptions options;
    grpc::ChannelArguments arguments;
    options.pem_root_certs = certificate.self_signed ? certificate.pem : system_roots();
    if (certificate.self_signed) {
        arguments.SetSslTargetNameOverride(std::string{invite::kPoolCertificateName});
        // Otherwise the pool would hear that name for the address at which it is reached.
        arguments.SetString(GRPC_ARG_DEFAULT_AUTHORITY, address);
    }
    return grpc::CreateCustomChannel(address, grpc::SslCredentials(options), arguments);
}

std::shared_ptr<grpc::Channel> plain_channel(const std::string& address) {
    return grpc::CreateChannel(address, grpc::InsecureChannelCredentials());
}

Result<> check_fingerprint(const Place& place, const tls::Certificate& certificate) {
    auto expected = place.fingerprint;
    if (!expected) {
        const auto known = load_known_pools();
        if (!known) return Failure{known.error()};
        expected = known_fingerprint(*known, place.address);
    }
    if (!expected || *expected == certificate.fingerprint) return {};
    return fail(ErrorCode::permission_denied,
                "the certificate at " + place.address + " is not the one it had before (" +
                    crypto::to_hex(certificate.fingerprint) + " now, " + crypto::to_hex(*expected) +
                    " then): somebody may stand between you and the pool. If its operator "
                    "confirms the new one, run `gotong pool forget` for this pool and try again",
                "coordinator");
}

Result<Line> open_line(const Place& place, const http::HostPort& parts) {
    const bool loopback = http::is_loopback(parts.host);
    if (place.data && !place.tls) return Line{plain_channel(place.address), {}};
    const auto certificate = tls::server_certificate(parts.host, parts.port, kProbe);
    if (!certificate) return Failure{certificate.error()};
    if (!*certificate) {
        if (loopback) return Line{plain_channel(place.address), {}};
        return fail(ErrorCode::permission_denied,
                    place.address + " speaks no TLS; a token is never sent in the clear",
                    "coordinator");
    }
    if (const auto same = check_fingerprint(place, **certificate); !same)
        return Failure{same.error()};
    Line line{tls_channel(place.address, **certificate), {}};
    if ((*certificate)->self_signed) line.fingerprint = (*certificate)->fingerprint;
    return line;
}

Result<SeenPool> meet(CreatorStub& stub, const Place& place, bool loopback,
                      const std::optional<Digest>& fingerprint) {
    const auto answer = call(stub, &CreatorStub::GetPool, v1::GetPoolRequest{});
    if (!answer) return Failure{answer.error()};
    const auto key = crypto::checked_public_key(as_bytes(answer->pool().public_key()));
    if (!key) return Failure{key.error().during("the pool's key")};
    return SeenPool{.name = answer->pool().name(),
                    .key = *key,
                    .address = place.address,
                    .fingerprint = fingerprint,
                    .loopback = loopback,
                    .own_folder = place.data.has_value()};
}

}  // namespace

Result<Creator> Creator::connect(const Place& place, const TrustPolicy& policy) {
    const auto parts = http::parse_host_port(place.address);
    if (!parts) return Failure{parts.error()};
    const auto line = open_line(place, *parts);
    if (!line) return Failure{line.error()};
    auto stub = v1::CreatorService::NewStub(line->channel);
    auto pool = meet(*stub, place, http::is_loopback(parts->host), line->fingerprint);
    if (!pool) return Failure{pool.error()};
    if (const auto trusted = establish_trust(*pool, policy); !trusted)
        return Failure{trusted.error()};
    return Creator{std::move(stub), place.token, std::move(*pool)};
}

}  // namespace gotong::cli
