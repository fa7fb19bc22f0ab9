#include "coordinator/store/sqlite/folder_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

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
    file::UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!fd) return refused(path, "open");
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) == 0) return FolderLock(std::move(fd));
    if (errno != EWOULDBLOCK) return refused(path, "lock");
    return fail(ErrorCode::failed_precondition, "another coordinator already serves " +
                                                    folder.string() +
                                                    "; stop it or choose another --data folder");
}

}  // namespace gotong::sqlite
