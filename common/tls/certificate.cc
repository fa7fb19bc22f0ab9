#include "common/tls/certificate.h"

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <memory>
#include <utility>

#include "common/crypto/sha256.h"

namespace gotong::tls {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

struct FreeX509 {
    void operator()(X509* certificate) const { X509_free(certificate); }
};
using OwnedX509 = std::unique_ptr<X509, FreeX509>;

std::string der_of(X509& certificate) {
    const int size = i2d_X509(&certificate, nullptr);
    std::string der(static_cast<std::size_t>(size), '\0');
    auto* out = reinterpret_cast<unsigned char*>(der.data());
    i2d_X509(&certificate, &out);
    return der;
}

std::string pem_of(X509& certificate) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> memory{BIO_new(BIO_s_mem()), BIO_free};
    PEM_write_bio_X509(memory.get(), &certificate);
    char* data = nullptr;
    const long size = BIO_get_mem_data(memory.get(), &data);
    return {data, static_cast<std::size_t>(size)};
}

Certificate describe(X509& certificate) {
    return {.fingerprint = crypto::sha256(as_bytes(der_of(certificate))),
            .pem = pem_of(certificate),
            .self_signed = X509_NAME_cmp(X509_get_subject_name(&certificate),
                                         X509_get_issuer_name(&certificate)) == 0};
}

// Asio's blocking calls know no deadline; its asynchronous ones are run here until it has passed.
class Probe {
  public:
    explicit Probe(std::chrono::milliseconds patience)
        : deadline_(std::chrono::steady_clock::now() + patience) {}

    error_code connect(const std::string& host, std::uint16_t port) {
        asio::ip::tcp::resolver resolver{io_};
        error_code result = asio::error::timed_out;
        resolver.async_resolve(host, std::to_string(port), [&](error_code error, auto found) {
            if (error) {
                result = error;
                return;
            }
            asio::async_connect(stream_.lowest_layer(), found,
                                [&](error_code connected, const auto&) { result = connected; });
        });
        run();
        return result;
    }

    error_code shake_hands(const std::string& host) {
        expect_host(stream_.native_handle(), host);
        error_code result = asio::error::timed_out;
        stream_.async_handshake(asio::ssl::stream_base::client,
                                [&](error_code error) { result = error; });
        run();
        return result;
    }

    OwnedX509 certificate() {
        return OwnedX509{SSL_get1_peer_certificate(stream_.native_handle())};
    }

  private:
    void run() {
        io_.restart();
        io_.run_until(deadline_);
        if (io_.stopped()) return;
        stream_.lowest_layer().close();  // Lets what is still waiting end before its caller does.
        io_.run();
    }

    std::chrono::steady_clock::time_point deadline_;
    asio::io_context io_{1};
    asio::ssl::context context_{asio::ssl::context::tls_client};
    asio::ssl::stream<asio::ip::tcp::socket> stream_{io_, context_};
};

}  // namespace

Result<std::optional<Certificate>> server_certificate(const std::string& host, std::uint16_t port,
                                                      std::chrono::milliseconds patience) {
    Probe probe{patience};
    const std::string where = host + ":" + std::to_string(port);
    if (const error_code error = probe.connect(host, port))
        return fail(ErrorCode::unavailable, where + ": " + error.message());
    if (const error_code error = probe.shake_hands(host)) {
        if (error == asio::error::timed_out || error == asio::error::operation_aborted)
            return fail(ErrorCode::unavailable, where + " does not answer");
        return std::nullopt;
    }
    const OwnedX509 certificate = probe.certificate();
    if (certificate == nullptr) return std::nullopt;
    return describe(*certificate);
}

void expect_host(ssl_st* connection, const std::string& host) {
    error_code not_an_address;
    asio::ip::make_address(host, not_an_address);
    if (!not_an_address) {
        X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(connection), host.c_str());
        return;
    }
    SSL_set1_host(connection, host.c_str());
    std::string name = host;
    SSL_ctrl(connection, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data());
}

bool is_verified(ssl_st* connection) {
    const OwnedX509 certificate{SSL_get1_peer_certificate(connection)};
    return certificate != nullptr && SSL_get_verify_result(connection) == X509_V_OK;
}

std::optional<crypto::Digest> peer_fingerprint(ssl_st* connection) {
    const OwnedX509 certificate{SSL_get1_peer_certificate(connection)};
    if (certificate == nullptr) return std::nullopt;
    return crypto::sha256(as_bytes(der_of(*certificate)));
}

}  // namespace gotong::tls
