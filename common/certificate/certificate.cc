#include "common/certificate/certificate.h"

#include <openssl/x509_vfy.h>

#include "common/certificate/openssl.h"

namespace gotong::certificate {
namespace {

// A key that is locked with a passphrase must fail instead of asking on the terminal.
int no_passphrase(char*, int, int, void*) { return 0; }

X509Cert first_of(std::string_view chain_pem) {
    const Bio reader = reader_of(chain_pem);
    return X509Cert{PEM_read_bio_X509(reader.get(), nullptr, &no_passphrase, nullptr)};
}

struct FreeStack {
    void operator()(STACK_OF(X509) * stack) const { sk_X509_pop_free(stack, X509_free); }
};
using Stack = std::unique_ptr<STACK_OF(X509), FreeStack>;

Stack rest_of(std::string_view chain_pem) {
    Stack rest{sk_X509_new_null()};
    const Bio reader = reader_of(chain_pem);
    X509Cert{PEM_read_bio_X509(reader.get(), nullptr, &no_passphrase, nullptr)};
    while (X509* next = PEM_read_bio_X509(reader.get(), nullptr, &no_passphrase, nullptr)) {
        sk_X509_push(rest.get(), next);
    }
    return rest;
}

}  // namespace

Result<crypto::Digest> fingerprint(std::string_view chain_pem) {
    const X509Cert certificate = first_of(chain_pem);
    crypto::Digest digest{};
    unsigned int size = 0;
    if (!certificate || X509_digest(certificate.get(), EVP_sha256(), digest.data(), &size) != 1) {
        return fail(ErrorCode::invalid_argument, "there is no certificate in PEM form");
    }
    return digest;
}

Result<> check_pair(const Certificate& certificate) {
    const X509Cert own = first_of(certificate.chain_pem);
    if (!own) return fail(ErrorCode::invalid_argument, "it holds no certificate in PEM form");
    const Bio reader = reader_of(certificate.key_pem);
    const Key key{PEM_read_bio_PrivateKey(reader.get(), nullptr, &no_passphrase, nullptr)};
    if (!key) {
        return fail(ErrorCode::invalid_argument,
                    "its key file holds no private key in PEM form without a passphrase");
    }
    if (X509_check_private_key(own.get(), key.get()) == 1) return {};
    return fail(ErrorCode::invalid_argument, "its key file belongs to another certificate");
}

bool is_trusted_by_system(std::string_view chain_pem) {
    using Store = std::unique_ptr<X509_STORE, Freed<&X509_STORE_free>>;
    using Context = std::unique_ptr<X509_STORE_CTX, Freed<&X509_STORE_CTX_free>>;
    const X509Cert own = first_of(chain_pem);
    const Stack rest = rest_of(chain_pem);
    const Store store{X509_STORE_new()};
    const Context context{X509_STORE_CTX_new()};
    return own && X509_STORE_set_default_paths(store.get()) == 1 &&
           X509_STORE_CTX_init(context.get(), store.get(), own.get(), rest.get()) == 1 &&
           X509_verify_cert(context.get()) == 1;
}

}  // namespace gotong::certificate
