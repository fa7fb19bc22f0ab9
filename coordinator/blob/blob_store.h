// Where pictures' bytes lie: named by their SHA-256, so that a blob is either there and right, or
// not there.
//
// Any thread. Calls block on the disk for milliseconds; nothing of this runs on the core's thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "common/bytes.h"
#include "common/crypto/digest.h"
#include "common/result.h"

namespace gotong::blob {

// The largest picture that a worker may hand in: noise in RGB, 3,300 pixels square.
inline constexpr std::uint64_t kMaxBlob = std::uint64_t{32} << 20U;

enum class Added {
    created,
    existed,  // Somebody was first; the bytes are the same.
};

// A blob on its way in. Dropped without finish(), it leaves nothing behind. One thread at a time.
class Writer {
  public:
    virtual ~Writer() = default;

    // Errors: resource_exhausted when the disk is full or the blob is larger than was said.
    virtual Result<> write(ByteView piece) = 0;

    // Durable when it returns. Errors: invalid_argument when the bytes are not those that the name
    // promises, then the blob is not there; resource_exhausted when the disk is full.
    virtual Result<Added> finish() = 0;
};

// A blob on its way out. One thread at a time; outlives a remove() of the blob.
class Reader {
  public:
    virtual ~Reader() = default;
    virtual std::uint64_t size() const = 0;

    // Fills `into` as far as there are bytes; 0 at the end.
    virtual Result<std::size_t> read(std::span<std::uint8_t> into) = 0;
};

class BlobStore {
  public:
    virtual ~BlobStore() = default;

    // Errors: invalid_argument above kMaxBlob; resource_exhausted when the disk is full.
    virtual Result<std::unique_ptr<Writer>> begin(const crypto::Digest& sha256,
                                                  std::uint64_t size) = 0;

    // Its size in bytes; nullopt when it is not there.
    virtual std::optional<std::uint64_t> size(const crypto::Digest& sha256) const = 0;

    // Errors: not_found.
    virtual Result<std::unique_ptr<Reader>> open(const crypto::Digest& sha256) const = 0;

    // Does nothing when it is not there.
    virtual Result<> remove(const crypto::Digest& sha256) = 0;

    // The whole blob, hashed again. Errors: not_found; data_loss when the disk gives back other
    // bytes than it was given.
    Result<std::string> read(const crypto::Digest& sha256) const;

    // One call for bytes in memory. Errors: as begin() and finish().
    Result<Added> put(const crypto::Digest& sha256, ByteView bytes);
};

}  // namespace gotong::blob
