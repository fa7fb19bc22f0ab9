#include <openssl/x509v3.h>

#include <array>

#include "common/bytes.h"
#include "common/certificate/certificate.h"
#include "common/certificate/openssl.h"
#include "common/check.h"
#include "common/crypto/random.h"

namespace gotong::certificate {
namespace {

constexpr long kDay = 24L * 60 * 60;
constexpr long kValid = 3'650 * kDay;

// The only failures below are of memory and of OpenSSL's own set-up.
void must(bool holds) { gotong::check(holds, "OpenSSL can make a certificate"); }

bool is_address(const std::string& host) {
    using Octets = std::unique_ptr<ASN1_OCTET_STRING, Freed<&ASN1_OCTET_STRING_free>>;
    return Octets{a2i_IPADDRESS(host.c_str())} != nullptr;
}

std::string alternative_names(const std::vector<std::string>& hosts) {
    std::string names;
    for (const std::string& host : hosts) {
        if (!names.empty()) names += ",";
        names += (is_address(host) ? "IP:" : "DNS:") + host;
    }
    return names;
}

void add_extension(X509* certificate, int kind, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
    const X509Extension extension{X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str())};
    must(extension && X509_add_ext(certificate, extension.get(), -1) == 1);
}

void set_serial(X509* certificate) {
    std::array<std::uint8_t, 16> serial{};
    crypto::fill(serial);
    serial[0] &= 0x7fU;  // Positive, as RFC 5280 wants it.
    using Number = std::unique_ptr<BIGNUM, Freed<&BN_free>>;
    const Number number{BN_bin2bn(serial.data(), static_cast<int>(serial.size()), nullptr)};
    must(number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)));
}

void set_name(X509* certificate, const std::string& name) {
    X509_NAME* subject = X509_get_subject_name(certificate);
    must(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, as_bytes(name).data(),
                                    static_cast<int>(name.size()), -1, 0) == 1);
    must(X509_set_issuer_name(certificate, subject) == 1);
}

std::string text_of(const Bio& memory) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(memory.get(), &data);
    return {data, static_cast<std::size_t>(size)};
}

}  // namespace

Certificate make_self_signed(const std::vector<std::string>& hosts) {
    const Key key{EVP_EC_gen("P-256")};
    const X509Cert certificate{X509_new()};
    must(key && certificate && X509_set_version(certificate.get(), X509_VERSION_3) == 1);
    set_serial(certificate.get());
    must(X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -kDay) != nullptr);
    must(X509_gmtime_adj(X509_getm_notAfter(certificate.get()), kValid) != nullptr);
    set_name(certificate.get(), hosts.front());
    must(X509_set_pubkey(certificate.get(), key.get()) == 1);
    // It is its own root: whoever pins it gives it to TLS as the only authority.
    add_extension(certificate.get(), NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
    add_extension(certificate.get(), NID_key_usage, "critical,digitalSignature,keyCertSign");
    add_extension(certificate.get(), NID_ext_key_usage, "serverAuth");
    add_extension(certificate.get(), NID_subject_key_identifier, "hash");
    add_extension(certificate.get(), NID_subject_alt_name, alternative_names(hosts));
    must(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0);

    const Bio chain{BIO_new(BIO_s_mem())};
    const Bio secret{BIO_new(BIO_s_mem())};
    must(PEM_write_bio_X509(chain.get(), certificate.get()) == 1);
    must(PEM_write_bio_PrivateKey(secret.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) ==
         1);
    return {.chain_pem = text_of(chain), .key_pem = text_of(secret)};
}

}  // namespace gotong::certificate
