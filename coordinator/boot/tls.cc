#include "coordinator/boot/tls.h"

#include "common/file/file.h"
#include "common/invite/invite.h"

namespace gotong::boot {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxPem = 256U << 10U;  // A chain has a few certificates of 2 KiB.

Result<Tls> usable(TlsFiles files, certificate::Certificate certificate) {
    if (auto fits = certificate::check_pair(certificate); !fits) return Failure(fits.error());
    const auto fingerprint = certificate::fingerprint(certificate.chain_pem);
    if (!fingerprint) return Failure(fingerprint.error());
    const bool trusted = certificate::is_trusted_by_system(certificate.chain_pem);
    return Tls{.files = std::move(files),
               .certificate = std::move(certificate),
               .fingerprint = *fingerprint,
               .web_trusted = trusted};
}

// Errors speak of the file.
Result<std::string> read_pem(const fs::path& path) {
    auto text = file::read_small(path, kMaxPem);
    if (!text) return Failure(text.error().during(path.string()));
    return text;
}

Result<Tls> load(const fs::path& chain, const fs::path& key) {
    auto chain_pem = read_pem(chain);
    if (!chain_pem) return Failure(chain_pem.error());
    auto key_pem = read_pem(key);
    if (!key_pem) return Failure(key_pem.error());
    auto tls = usable({.certificate = chain, .key = key},
                      {.chain_pem = *std::move(chain_pem), .key_pem = *std::move(key_pem)});
    if (!tls) return Failure(tls.error().during(chain.string()));
    return tls;
}

}  // namespace

Result<Tls> given_certificate(const TlsFiles& files) {
    if (files.certificate.empty() || files.key.empty()) {
        return fail(ErrorCode::invalid_argument, "--tls-cert and --tls-key go together",
                    "tls-cert");
    }
    auto tls = load(files.certificate, files.key);
    if (!tls) return Failure(Error{ErrorCode::invalid_argument, tls.error().message, "tls-cert"});
    return tls;
}

Result<Tls> own_certificate(const fs::path& data, const std::vector<std::string>& hosts) {
    const fs::path folder = data / "tls";
    const fs::path chain = folder / "certificate.pem";
    const fs::path key = folder / "key.pem";
    std::error_code ignored;
    // The key is written first: a certificate that is there has its key.
    if (fs::exists(chain, ignored)) return load(chain, key);

    fs::create_directories(folder, ignored);
    fs::permissions(folder, fs::perms::owner_all, ignored);
    std::vector<std::string> names{std::string(invite::kPoolCertificateName)};
    names.insert(names.end(), hosts.begin(), hosts.end());
    certificate::Certificate made = certificate::make_self_signed(names);
    for (const auto& [path, pem] : {std::pair{key, made.key_pem}, {chain, made.chain_pem}}) {
        if (auto written = file::replace_durable(path, pem, file::Access::owner_only); !written) {
            return Failure(written.error().during(path.string()));
        }
    }
    return usable({.certificate = chain, .key = key}, std::move(made));
}

}  // namespace gotong::boot
