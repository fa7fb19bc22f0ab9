// URLs that carry their own permission: whoever has one may do that one thing until it expires.
//
//     /blobs/<hex>?exp=<ms>&size=<bytes>&sig=<base64url>     PUT, at most `size` bytes
//     /blobs/<hex>?exp=<ms>&sig=<base64url>                  GET
//     /pictures/<job>.png?exp=<ms>&sig=<base64url>           GET: the blob with its receipt in it
//     /inputs/<account>/<hex>?exp=<ms>&...                   PUT and GET, as blobs
//
// The signature is an HMAC-SHA-256 over method, path, size and expiry, by a key that never leaves
// the data folder. A URL has one spelling: the checker writes it again and compares all of it, in
// constant time. Logs must not hold these URLs while they are good.
//
// Pure but for load_or_create(); any thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "common/crypto/digest.h"
#include "common/ids.h"
#include "common/result.h"
#include "common/time.h"
#include "coordinator/blob/inputs.h"

namespace gotong::blob {

enum class Method { get, put };

struct Grant {
    Method method = Method::get;
    std::string path;        // Without the query.
    std::uint64_t size = 0;  // Of a PUT: the most bytes that it may bring.
    WallTime expires{};
};

class Presigner {
  public:
    explicit Presigner(const crypto::Digest& key) : key_(key) {}

    // The key in the file, or a fresh one, durable, 0600. A new key makes old URLs worthless and
    // nothing else. Errors: permission_denied; data_loss when the file holds no key.
    static Result<Presigner> load_or_create(const std::filesystem::path& path);

    // Paths with query, to be put behind the gateway's address.
    std::string put_blob(const crypto::Digest& sha256, std::uint64_t size, WallTime expires) const;
    std::string get_blob(const crypto::Digest& sha256, WallTime expires) const;
    std::string get_picture(JobId job, WallTime expires) const;
    std::string put_input(const InputName& name, std::uint64_t size, WallTime expires) const;
    std::string get_input(const InputName& name, WallTime expires) const;

    // What the target of a request allows. Errors: permission_denied, for one that this key has
    // not signed for this method; deadline_exceeded for one that has expired.
    Result<Grant> check(Method method, std::string_view target, WallTime now) const;

  private:
    std::string spell(const Grant& grant) const;

    crypto::Digest key_;
};

}  // namespace gotong::blob
