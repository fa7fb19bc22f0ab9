#include "coordinator/blob/folder.h"

#include <atomic>
#include <utility>

#include "coordinator/blob/blob_file.h"
#include "coordinator/blob/look.h"

namespace gotong::blob {
namespace {

namespace fs = std::filesystem;

class Folder final : public BlobStore {
  public:
    explicit Folder(fs::path root) : root_(std::move(root)) {}

    Result<std::unique_ptr<Writer>> begin(const crypto::Digest& sha256,
                                          std::uint64_t size) override;
    std::optional<std::uint64_t> size(const crypto::Digest& sha256) const override {
        return size_of_file(path_of(sha256));
    }
    Result<std::unique_ptr<Reader>> open(const crypto::Digest& sha256) const override {
        return open_file(path_of(sha256), sha256);
    }
    Result<> remove(const crypto::Digest& sha256) override { return remove_file(path_of(sha256)); }

  private:
    fs::path path_of(const crypto::Digest& sha256) const {
        const std::string hex = crypto::to_hex(sha256);
        return root_ / hex.substr(0, 2) / hex.substr(2, 2) / hex;
    }

    fs::path root_;
    std::atomic<std::uint64_t> next_temporary_{0};
};

Result<std::unique_ptr<Writer>> Folder::begin(const crypto::Digest& sha256, std::uint64_t size) {
    if (size > kMaxBlob) {
        return fail(ErrorCode::invalid_argument, "a blob has at most " + std::to_string(kMaxBlob) +
                                                     " bytes, this one " + std::to_string(size));
    }
    return begin_file(root_ / "tmp" / std::to_string(++next_temporary_), path_of(sha256), sha256,
                      size);
}

}  // namespace

Result<std::unique_ptr<BlobStore>> open_folder(const fs::path& root) {
    if (Result<> made = make_root(root); !made) return Failure{made.error()};
    return std::make_unique<Folder>(root);
}

std::unique_ptr<const BlobStore> look_into_blobs(const fs::path& root) {
    return std::make_unique<const Folder>(root);
}

std::vector<crypto::Digest> blobs_in(const fs::path& root) {
    std::vector<crypto::Digest> blobs;
    std::error_code failed;
    fs::recursive_directory_iterator file(root, failed);
    for (; !failed && file != fs::recursive_directory_iterator(); file.increment(failed)) {
        // What is on its way in has a number for its name, which is no digest.
        const auto sha256 = crypto::digest_from_hex(file->path().filename().string());
        if (sha256) blobs.push_back(*sha256);
    }
    return blobs;
}

}  // namespace gotong::blob
