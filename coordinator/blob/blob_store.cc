#include "coordinator/blob/blob_store.h"

#include "common/crypto/sha256.h"

namespace gotong::blob {

Result<std::string> BlobStore::read(const crypto::Digest& sha256) const {
    Result<std::unique_ptr<Reader>> reader = open(sha256);
    if (!reader) return Failure{reader.error()};
    std::string bytes((*reader)->size(), '\0');
    std::size_t filled = 0;
    while (filled < bytes.size()) {
        const Result<std::size_t> got = (*reader)->read(
            {reinterpret_cast<std::uint8_t*>(bytes.data()) + filled, bytes.size() - filled});
        if (!got) return Failure{got.error()};
        if (*got == 0) break;
        filled += *got;
    }
    if (filled == bytes.size() && crypto::sha256(as_bytes(bytes)) == sha256) return bytes;
    return fail(ErrorCode::data_loss,
                "the blob " + crypto::to_hex(sha256) + " is damaged on the pool's disk");
}

Result<Added> BlobStore::put(const crypto::Digest& sha256, ByteView bytes) {
    Result<std::unique_ptr<Writer>> writer = begin(sha256, bytes.size());
    if (!writer) return Failure{writer.error()};
    if (Result<> written = (*writer)->write(bytes); !written) return Failure{written.error()};
    return (*writer)->finish();
}

}  // namespace gotong::blob
