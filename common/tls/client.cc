#include "common/tls/client.h"

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <memory>

#include "common/crypto/sha256.h"

namespace gotong::tls {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr unsigned char kAlpnH2[] = {2, 'h', '2'};

std::string der_of(X509* certificate) {
    unsigned char* der = nullptr;
    const int size = i2d_X509(certificate, &der);
    if (size <= 0) return {};
    const std::unique_ptr<unsigned char, void (*)(unsigned char*)> owned{
        der, [](unsigned char* p) { OPENSSL_free(p); }};
    return std::string{as_text({der, static_cast<std::size_t>(size)})};
}

std::string pem_of(X509* certificate) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> memory{BIO_new(BIO_s_mem()), &BIO_free};
    if (!memory || PEM_write_bio_X509(memory.get(), certificate) != 1) return {};
    char* text = nullptr;
    const long size = BIO_get_mem_data(memory.get(), &text);
    return {text, static_cast<std::size_t>(size)};
}

// OpenSSL asks this instead of building a chain: the pinned certificate is its own authority.
int has_pinned_digest(X509_STORE_CTX* store, void* fingerprint) {
    X509* const certificate = X509_STORE_CTX_get0_cert(store);
    if (certificate == nullptr) return 0;
    const bool matches =
        crypto::sha256(as_bytes(der_of(certificate))) == *static_cast<const Digest*>(fingerprint);
    if (!matches) X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED);
    return matches ? 1 : 0;
}

using Stream = asio::ssl::stream<tcp::socket>;

Failure unreachable(const HostPort& address, const std::string& why) {
    return fail(ErrorCode::unavailable, address.host + ":" + address.port + ": " + why);
}

// Connects and shakes hands; the error of whichever failed, asio::error::timed_out after all.
error_code shake_hands(Stream& stream, asio::io_context& io, const HostPort& address,
                       std::chrono::milliseconds timeout) {
    error_code result = asio::error::timed_out;
    tcp::resolver resolver{io};
    resolver.async_resolve(address.host, address.port, [&](error_code e, auto endpoints) {
        if (e) return void(result = e);
        asio::async_connect(stream.lowest_layer(), endpoints, [&](error_code e2, const auto&) {
            if (e2) return void(result = e2);
            stream.async_handshake(Stream::client, [&](error_code e3) { result = e3; });
        });
    });
    io.run_for(timeout);
    return result;
}

}  // namespace

Result<HostPort> split_address(std::string_view address) {
    const auto colon = address.rfind(':');
    std::string_view host = address.substr(0, colon);
    const bool is_bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
    if (colon == std::string_view::npos || host.empty() || colon + 1 == address.size() ||
        (!is_bracketed && host.find(':') != std::string_view::npos))
        return fail(ErrorCode::invalid_argument,
                    "address '" + std::string{address} + "' is not HOST:PORT");
    if (is_bracketed) host = host.substr(1, host.size() - 2);
    return HostPort{std::string{host}, std::string{address.substr(colon + 1)}};
}

bool is_loopback(std::string_view host) {
    if (host == "localhost") return true;
    error_code error;
    const auto ip = asio::ip::make_address(std::string{host}, error);
    return !error && ip.is_loopback();
}

ClientContext::ClientContext(std::optional<Digest> fingerprint)
    : context_(asio::ssl::context::tls_client), fingerprint_(fingerprint) {
    context_.set_verify_mode(asio::ssl::verify_peer);
    SSL_CTX_set_min_proto_version(context_.native_handle(), TLS1_2_VERSION);
    if (fingerprint_) {
        SSL_CTX_set_cert_verify_callback(context_.native_handle(), &has_pinned_digest,
                                         &*fingerprint_);
    } else {
        error_code ignored;  // Without roots, every handshake fails with its own words.
        context_.set_default_verify_paths(ignored);
    }
}

Result<> ClientContext::expect_host(SSL* session, const std::string& host) const {
    error_code not_an_ip;
    asio::ip::make_address(host, not_an_ip);
    bool ok =
        !not_an_ip || SSL_ctrl(session, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                               const_cast<char*>(host.c_str())) == 1;
    if (!fingerprint_)
        ok = ok && (not_an_ip ? SSL_set1_host(session, host.c_str())
                              : X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session),
                                                              host.c_str())) == 1;
    if (!ok) return fail(ErrorCode::internal, "TLS cannot be set up for host " + host);
    return {};
}

Result<Certificate> fetch_certificate(const HostPort& address, std::chrono::milliseconds timeout) {
    asio::io_context io;
    asio::ssl::context context{asio::ssl::context::tls_client};
    context.set_verify_mode(asio::ssl::verify_none);
    Stream stream{io, context};
    SSL_set_alpn_protos(stream.native_handle(), kAlpnH2, sizeof kAlpnH2);
    if (const error_code error = shake_hands(stream, io, address, timeout))
        return unreachable(address, error.message());
    const std::unique_ptr<X509, decltype(&X509_free)> certificate{
        SSL_get1_peer_certificate(stream.native_handle()), &X509_free};
    if (!certificate) return unreachable(address, "the server showed no certificate");
    return Certificate{.pem = pem_of(certificate.get()),
                       .fingerprint = crypto::sha256(as_bytes(der_of(certificate.get())))};
}

}  // namespace gotong::tls
