// Which certificate the coordinator serves with, if any.
//
// In the clear on loopback only. As soon as one listener is on another address, or a certificate
// was given, both speak TLS: with the operator's certificate, else with one that is made on the
// first start and kept in DIR/tls, and that every invite pins. Nothing switches this off.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "common/certificate/certificate.h"
#include "common/crypto/digest.h"
#include "common/result.h"

namespace gotong::boot {

struct TlsFiles {  // --tls-cert and --tls-key; both empty: none were given.
    std::filesystem::path certificate;
    std::filesystem::path key;
};

struct Tls {
    TlsFiles files;
    certificate::Certificate certificate;  // What is in them.
    crypto::Digest fingerprint{};
    bool web_trusted = false;  // Clients may verify it by the system's roots.
};

// The operator's own. invalid_argument says what is wrong with the files.
Result<Tls> given_certificate(const TlsFiles& files);

// The one in DIR/tls, made now if there is none. `hosts` are names it is made for, besides
// invite::kPoolCertificateName.
Result<Tls> own_certificate(const std::filesystem::path& data,
                            const std::vector<std::string>& hosts);

}  // namespace gotong::boot
