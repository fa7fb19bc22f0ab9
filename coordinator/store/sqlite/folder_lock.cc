#include "coordinator/store/sqlite/folder_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

namespace gotong::sqlite {
namespace {

namespace fs = std::filesystem;

Failure refused(const fs::path& path, const char* action) {
    return fail(ErrorCode::permission_denied,
                std::string(action) + " " + path.string() + ": " + std::strerror(errno));
}

}  // namespace

Result<FolderLock> FolderLock::take(const fs::path& folder) {
    if (folder.has_parent_path()) {
        std::error_code ignored;  // mkdir() says what is wrong.
        fs::create_directories(folder.parent_path(), ignored);
    }
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return refused(folder, "create");
    const fs::path path = folder / "coordinator.lock";
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) return refused(path, "open");
    FolderLock lock(fd);
    if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return lock;
    if (errno != EWOULDBLOCK) return refused(path, "lock");
    return fail(ErrorCode::failed_precondition, "another coordinator already serves " +
                                                    folder.string() +
                                                    "; stop it or choose another --data folder");
}

FolderLock::FolderLock(FolderLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

FolderLock::~FolderLock() {
    if (fd_ >= 0) ::close(fd_);
}

}  // namespace gotong::sqlite
