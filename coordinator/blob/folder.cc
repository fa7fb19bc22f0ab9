#include "coordinator/blob/folder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <utility>

#include "common/crypto/sha256.h"
#include "common/file/unique_fd.h"

namespace gotong::blob {
namespace {

namespace fs = std::filesystem;

// Paths stay out of the message: it may travel to a worker.
Failure system_failure(const char* action) {
    const int number = errno;
    const bool full = number == ENOSPC || number == EDQUOT || number == EFBIG;
    return fail(full ? ErrorCode::resource_exhausted : ErrorCode::internal,
                std::string(action) + " a blob: " + std::strerror(number));
}

Result<> sync_folder(const fs::path& folder) {
    const file::UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd || ::fsync(fd.get()) != 0) return system_failure("sync the folder of");
    return {};
}

// Makes the folder if need be, and its name durable.
Result<> make_folder(const fs::path& folder) {
    if (::mkdir(folder.c_str(), 0700) == 0) return sync_folder(folder.parent_path());
    if (errno == EEXIST) return {};
    return system_failure("make a folder for");
}

class FolderWriter final : public Writer {
  public:
    FolderWriter(file::UniqueFd file, fs::path temporary, fs::path root,
                 const crypto::Digest& sha256, std::uint64_t size)
        : file_(std::move(file)),
          temporary_(std::move(temporary)),
          root_(std::move(root)),
          sha256_(sha256),
          left_(size) {}
    ~FolderWriter() override { ::unlink(temporary_.c_str()); }

    Result<> write(ByteView piece) override;
    Result<Added> finish() override;

  private:
    Result<Added> give_name();

    file::UniqueFd file_;
    fs::path temporary_;
    fs::path root_;
    crypto::Digest sha256_;
    crypto::Sha256 hash_;
    std::uint64_t left_;  // Bytes to come.
};

class FolderReader final : public Reader {
  public:
    FolderReader(file::UniqueFd file, std::uint64_t size) : file_(std::move(file)), size_(size) {}

    std::uint64_t size() const override { return size_; }

    Result<std::size_t> read(std::span<std::uint8_t> into) override {
        for (;;) {
            const ssize_t got = ::read(file_.get(), into.data(), into.size());
            if (got >= 0) return static_cast<std::size_t>(got);
            if (errno != EINTR) return system_failure("read");
        }
    }

  private:
    file::UniqueFd file_;
    std::uint64_t size_;
};

class Folder final : public BlobStore {
  public:
    explicit Folder(fs::path root) : root_(std::move(root)) {}

    Result<std::unique_ptr<Writer>> begin(const crypto::Digest& sha256,
                                          std::uint64_t size) override;
    std::optional<std::uint64_t> size(const crypto::Digest& sha256) const override;
    Result<std::unique_ptr<Reader>> open(const crypto::Digest& sha256) const override;
    Result<> remove(const crypto::Digest& sha256) override;

  private:
    fs::path root_;
    std::atomic<std::uint64_t> next_temporary_{0};
};

fs::path path_of(const fs::path& root, const crypto::Digest& sha256) {
    const std::string hex = crypto::to_hex(sha256);
    return root / hex.substr(0, 2) / hex.substr(2, 2) / hex;
}

Result<> FolderWriter::write(ByteView piece) {
    if (piece.size() > left_) {
        return fail(ErrorCode::resource_exhausted, "more bytes came than were announced");
    }
    hash_.update(piece);
    left_ -= piece.size();
    while (!piece.empty()) {
        const ssize_t written = ::write(file_.get(), piece.data(), piece.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return system_failure("write");
        piece = piece.subspan(static_cast<std::size_t>(written));
    }
    return {};
}

Result<Added> FolderWriter::finish() {
    const crypto::Digest got = hash_.finish();
    if (left_ > 0 || got != sha256_) {
        return fail(ErrorCode::invalid_argument, "the bytes have the SHA-256 " +
                                                     crypto::to_hex(got) + ", not " +
                                                     crypto::to_hex(sha256_));
    }
    if (::fsync(file_.get()) != 0) return system_failure("sync");
    return give_name();
}

// link() never overwrites. Whoever comes second syncs too: the first may not have got so far.
Result<Added> FolderWriter::give_name() {
    const fs::path path = path_of(root_, sha256_);
    const fs::path folder = path.parent_path();
    if (Result<> made = make_folder(folder.parent_path()); !made) return Failure{made.error()};
    if (Result<> made = make_folder(folder); !made) return Failure{made.error()};
    const bool linked = ::link(temporary_.c_str(), path.c_str()) == 0;
    if (!linked && errno != EEXIST) return system_failure("name");
    if (Result<> synced = sync_folder(folder); !synced) return Failure{synced.error()};
    return linked ? Added::created : Added::existed;
}

Result<std::unique_ptr<Writer>> Folder::begin(const crypto::Digest& sha256, std::uint64_t size) {
    if (size > kMaxBlob) {
        return fail(ErrorCode::invalid_argument, "a blob has at most " + std::to_string(kMaxBlob) +
                                                     " bytes, this one " + std::to_string(size));
    }
    fs::path temporary = root_ / "tmp" / std::to_string(++next_temporary_);
    file::UniqueFd file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!file) return system_failure("begin");
    return std::make_unique<FolderWriter>(std::move(file), std::move(temporary), root_, sha256,
                                          size);
}

std::optional<std::uint64_t> Folder::size(const crypto::Digest& sha256) const {
    struct stat status {};
    if (::stat(path_of(root_, sha256).c_str(), &status) != 0) return std::nullopt;
    return static_cast<std::uint64_t>(status.st_size);
}

Result<std::unique_ptr<Reader>> Folder::open(const crypto::Digest& sha256) const {
    file::UniqueFd file(::open(path_of(root_, sha256).c_str(), O_RDONLY | O_CLOEXEC));
    struct stat status {};
    if (!file && errno == ENOENT) {
        return fail(ErrorCode::not_found, "there is no blob " + crypto::to_hex(sha256));
    }
    if (!file || ::fstat(file.get(), &status) != 0) return system_failure("open");
    return std::make_unique<FolderReader>(std::move(file),
                                          static_cast<std::uint64_t>(status.st_size));
}

Result<> Folder::remove(const crypto::Digest& sha256) {
    if (::unlink(path_of(root_, sha256).c_str()) == 0 || errno == ENOENT) return {};
    return system_failure("remove");
}

}  // namespace

Result<std::unique_ptr<BlobStore>> open_folder(const fs::path& root) {
    std::error_code failed;
    fs::create_directories(root.parent_path(), failed);
    if (!failed) fs::remove_all(root / "tmp", failed);
    for (const fs::path& folder : {root, root / "tmp"}) {
        if (failed) break;
        if (const Result<> made = make_folder(folder); !made) {
            return fail(ErrorCode::permission_denied,
                        folder.string() + ": " + made.error().message);
        }
    }
    if (failed) {
        return fail(ErrorCode::permission_denied, root.string() + ": " + failed.message());
    }
    return std::make_unique<Folder>(root);
}

}  // namespace gotong::blob
