#include "coordinator/blob/blob_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "common/crypto/sha256.h"
#include "common/file/unique_fd.h"
#include "common/log/log.h"

namespace gotong::blob {
namespace {

namespace fs = std::filesystem;

// After a sync that failed nobody knows what is on disk, and the next one may succeed although the
// kernel has dropped what it could not write. As after a failed commit, only a start from disk
// tells.
void sync_or_end_process(int fd) {
    if (::fsync(fd) == 0) return;
    log::error("cannot write the pool's data; stopping, so that a restart goes on from disk",
               {{"reason", system_failure("sync").value().message}});
    std::_Exit(1);
}

Result<> sync_folder(const fs::path& folder) {
    const file::UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd) return system_failure("open the folder of");
    sync_or_end_process(fd.get());
    return {};
}

class FileWriter final : public Writer {
  public:
    FileWriter(file::UniqueFd file, fs::path temporary, fs::path path, const crypto::Digest& sha256,
               std::uint64_t size)
        : file_(std::move(file)),
          temporary_(std::move(temporary)),
          path_(std::move(path)),
          sha256_(sha256),
          left_(size) {}
    ~FileWriter() override { ::unlink(temporary_.c_str()); }

    Result<> write(ByteView piece) override;
    Result<Added> finish() override;

  private:
    Result<Added> give_name();

    file::UniqueFd file_;
    fs::path temporary_;
    fs::path path_;
    crypto::Digest sha256_;
    crypto::Sha256 hash_;
    std::uint64_t left_;  // Bytes to come.
};

class FileReader final : public Reader {
  public:
    FileReader(file::UniqueFd file, std::uint64_t size) : file_(std::move(file)), size_(size) {}

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

Result<> FileWriter::write(ByteView piece) {
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

Result<Added> FileWriter::finish() {
    const crypto::Digest got = hash_.finish();
    if (left_ > 0 || got != sha256_) {
        return fail(ErrorCode::invalid_argument, "the bytes have the SHA-256 " +
                                                     crypto::to_hex(got) + ", not " +
                                                     crypto::to_hex(sha256_));
    }
    sync_or_end_process(file_.get());
    return give_name();
}

// link() never overwrites. Whoever comes second syncs too: the first may not have got so far.
Result<Added> FileWriter::give_name() {
    const fs::path folder = path_.parent_path();
    if (Result<> made = make_folder(folder.parent_path()); !made) return Failure{made.error()};
    if (Result<> made = make_folder(folder); !made) return Failure{made.error()};
    const bool linked = ::link(temporary_.c_str(), path_.c_str()) == 0;
    if (!linked && errno != EEXIST) return system_failure("name");
    if (Result<> synced = sync_folder(folder); !synced) return Failure{synced.error()};
    return linked ? Added::created : Added::existed;
}

}  // namespace

Failure system_failure(const char* action) {
    const int number = errno;
    const bool full = number == ENOSPC || number == EDQUOT || number == EFBIG;
    return fail(full ? ErrorCode::resource_exhausted : ErrorCode::internal,
                std::string(action) + " a blob: " + std::strerror(number));
}

Result<> make_folder(const fs::path& folder) {
    if (::mkdir(folder.c_str(), 0700) == 0) return sync_folder(folder.parent_path());
    if (errno == EEXIST) return {};
    return system_failure("make a folder for");
}

Result<> make_root(const fs::path& root) {
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
    if (!failed) return {};
    return fail(ErrorCode::permission_denied, root.string() + ": " + failed.message());
}

Result<std::unique_ptr<Writer>> begin_file(fs::path temporary, fs::path path,
                                           const crypto::Digest& sha256, std::uint64_t size) {
    file::UniqueFd file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!file) return system_failure("begin");
    return std::make_unique<FileWriter>(std::move(file), std::move(temporary), std::move(path),
                                        sha256, size);
}

std::optional<std::uint64_t> size_of_file(const fs::path& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return std::nullopt;
    return static_cast<std::uint64_t>(status.st_size);
}

Result<std::unique_ptr<Reader>> open_file(const fs::path& path, const crypto::Digest& sha256) {
    file::UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat status {};
    if (!file && errno == ENOENT) {
        return fail(ErrorCode::not_found, "there is no blob " + crypto::to_hex(sha256));
    }
    if (!file || ::fstat(file.get(), &status) != 0) return system_failure("open");
    return std::make_unique<FileReader>(std::move(file),
                                        static_cast<std::uint64_t>(status.st_size));
}

Result<> remove_file(const fs::path& path) {
    if (::unlink(path.c_str()) == 0 || errno == ENOENT) return {};
    return system_failure("remove");
}

}  // namespace gotong::blob
