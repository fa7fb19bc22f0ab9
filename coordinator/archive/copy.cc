#include "coordinator/archive/copy.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "common/bytes.h"
#include "common/crypto/sha256.h"
#include "common/file/system_failure.h"
#include "common/file/unique_fd.h"

namespace gotong::archive {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPiece = std::size_t{1} << 20U;

Result<> write_all(int fd, ByteView piece, const fs::path& path) {
    while (!piece.empty()) {
        const ssize_t written = ::write(fd, piece.data(), piece.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return file::system_failure("write", path);
        piece = piece.subspan(static_cast<std::size_t>(written));
    }
    return {};
}

// Calls use(piece) for every piece of the file.
template <class Use>
Result<> read_all(const fs::path& path, Use use) {
    const file::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) return file::system_failure("open", path);
    std::vector<std::uint8_t> piece(kPiece);
    for (;;) {
        const ssize_t got = ::read(fd.get(), piece.data(), piece.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return file::system_failure("read", path);
        if (got == 0) return {};
        if (Result<> used = use(ByteView(piece.data(), static_cast<std::size_t>(got))); !used) {
            return used;
        }
    }
}

}  // namespace

Result<ArchivedFile> copy_file(const fs::path& from, const std::string& relative,
                               const fs::path& to) {
    const fs::path path = to / relative;
    std::error_code failed;  // open() says what is wrong.
    fs::create_directories(path.parent_path(), failed);
    const file::UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!fd) return file::system_failure("create", path);
    ArchivedFile copied{.path = relative};
    crypto::Sha256 hash;
    const Result<> read = read_all(from / relative, [&](ByteView piece) {
        hash.update(piece);
        copied.size += piece.size();
        return write_all(fd.get(), piece, path);
    });
    if (!read) fs::remove(path, failed);
    if (!read) return Failure{read.error()};
    if (::fsync(fd.get()) != 0) return file::system_failure("sync", path);
    copied.sha256 = hash.finish();
    return copied;
}

Result<ArchivedFile> describe(const fs::path& folder, const std::string& relative) {
    ArchivedFile file{.path = relative};
    crypto::Sha256 hash;
    const Result<> read = read_all(folder / relative, [&](ByteView piece) -> Result<> {
        hash.update(piece);
        file.size += piece.size();
        return {};
    });
    if (!read) return Failure{read.error()};
    file.sha256 = hash.finish();
    return file;
}

Result<> pour(blob::Reader& from, blob::Writer& to) {
    std::vector<std::uint8_t> piece(kPiece);
    for (;;) {
        const Result<std::size_t> got = from.read(piece);
        if (!got) return Failure{got.error()};
        if (*got == 0) break;
        if (Result<> written = to.write(ByteView(piece.data(), *got)); !written) return written;
    }
    const Result<blob::Added> added = to.finish();
    if (!added) return Failure{added.error()};
    return {};
}

}  // namespace gotong::archive
