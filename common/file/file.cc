#include "common/file/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "common/file/system_failure.h"
#include "common/file/unique_fd.h"

namespace gotong::file {
namespace {

namespace fs = std::filesystem;

Result<> write_all(int fd, std::string_view content, const fs::path& path) {
    while (!content.empty()) {
        const ssize_t written = ::write(fd, content.data(), content.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return system_failure("write", path);
        content.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

// A new or renamed file is only there after a crash when its folder was synced too.
Result<> sync_folder_of(const fs::path& path) {
    const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
    const UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd) return system_failure("open", folder);
    if (::fsync(fd.get()) != 0) return system_failure("sync", folder);
    return {};
}

Result<> write_new(const fs::path& path, std::string_view content, Access access) {
    const mode_t mode = access == Access::owner_only ? 0600 : 0644;
    const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
    if (!fd) return system_failure("create", path);
    Result<> written = write_all(fd.get(), content, path);
    if (written && ::fsync(fd.get()) != 0) written = system_failure("sync", path);
    if (!written) ::unlink(path.c_str());
    return written;
}

// A whole, synced sibling of `path`, for link() or rename().
Result<fs::path> write_temporary(const fs::path& path, std::string_view content, Access access) {
    fs::path temporary = path.string() + ".new-" + std::to_string(::getpid());
    ::unlink(temporary.c_str());  // Left by a crash of an earlier process with this id.
    if (Result<> written = write_new(temporary, content, access); !written) {
        return Failure{written.error()};
    }
    return temporary;
}

Result<std::string> read_up_to(int fd, std::size_t limit, const fs::path& path) {
    std::string content;
    char chunk[16384];
    for (;;) {
        const ssize_t got = ::read(fd, chunk, sizeof chunk);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return system_failure("read", path);
        if (got == 0) return content;
        content.append(chunk, static_cast<std::size_t>(got));
        if (content.size() > limit) {
            return fail(ErrorCode::resource_exhausted,
                        path.string() + " holds more than " + std::to_string(limit) + " bytes");
        }
    }
}

}  // namespace

Result<std::string> read_small(const fs::path& path, std::size_t limit) {
    // O_NONBLOCK: opening a pipe must not wait for its writer; regular files do not care.
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!fd) return system_failure("open", path);
    struct stat status {};
    if (::fstat(fd.get(), &status) != 0) return system_failure("inspect", path);
    if (!S_ISREG(status.st_mode)) {
        return fail(ErrorCode::failed_precondition, path.string() + " is not a regular file");
    }
    return read_up_to(fd.get(), limit, path);
}

Result<> create_durable(const fs::path& path, std::string_view content, Access access) {
    const Result<fs::path> temporary = write_temporary(path, content, access);
    if (!temporary) return Failure{temporary.error()};
    // link() refuses an existing name, so that of two creators one wins, with all of its bytes.
    const bool linked = ::link(temporary->c_str(), path.c_str()) == 0;
    Result<> outcome;
    if (!linked) outcome = system_failure("create", path);
    ::unlink(temporary->c_str());
    return linked ? sync_folder_of(path) : outcome;
}

Result<> replace_durable(const fs::path& path, std::string_view content, Access access) {
    const Result<fs::path> temporary = write_temporary(path, content, access);
    if (!temporary) return Failure{temporary.error()};
    if (::rename(temporary->c_str(), path.c_str()) != 0) {
        Failure failure = system_failure("replace", path);
        ::unlink(temporary->c_str());
        return failure;
    }
    return sync_folder_of(path);
}

}  // namespace gotong::file
