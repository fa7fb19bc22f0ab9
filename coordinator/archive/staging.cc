#include "coordinator/archive/staging.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "common/file/system_failure.h"
#include "common/file/unique_fd.h"

namespace gotong::archive {
namespace {

namespace fs = std::filesystem;

Result<> sync_folder(const fs::path& folder) {
    const file::UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd || ::fsync(fd.get()) != 0) return file::system_failure("sync", folder);
    return {};
}

Result<> sync_folders(const fs::path& root) {
    std::error_code failed;
    for (fs::recursive_directory_iterator it(root, failed), end; !failed && it != end;
         it.increment(failed)) {
        if (!it->is_directory()) continue;
        if (Result<> synced = sync_folder(it->path()); !synced) return synced;
    }
    if (failed) return fail(ErrorCode::internal, "read " + root.string() + ": " + failed.message());
    return sync_folder(root);
}

fs::path parent_of(const fs::path& path) {
    return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

// "pools/attic/" names the same folder as "pools/attic", and only the latter has a sibling.
fs::path without_slash(const fs::path& path) {
    return path.has_filename() ? path : path.parent_path();
}

}  // namespace

Staging::Staging(fs::path folder, fs::path target)
    : folder_(std::move(folder)), target_(std::move(target)) {}

Staging::Staging(Staging&& other) noexcept
    : folder_(std::exchange(other.folder_, {})), target_(std::move(other.target_)) {}

Staging::~Staging() {
    std::error_code ignored;
    if (!folder_.empty()) fs::remove_all(folder_, ignored);
}

Result<Staging> Staging::begin(const fs::path& named) {
    const fs::path target = without_slash(named);
    std::error_code unknown;
    const bool is_free =
        !fs::exists(target, unknown) ||
        (fs::is_directory(target, unknown) && fs::is_empty(target, unknown) && !unknown);
    if (!is_free) {
        return fail(ErrorCode::already_exists, target.string() +
                                                   " is there and not empty; nothing in it was "
                                                   "touched: name a folder that does not exist");
    }
    std::string pattern = target.string() + ".partial-XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr) return file::system_failure("create", pattern);
    return Staging(pattern, target);
}

Result<> Staging::keep() {
    if (Result<> synced = sync_folders(folder_); !synced) return synced;
    // An empty folder of that name gives way; one that was filled meanwhile does not.
    if (std::rename(folder_.c_str(), target_.c_str()) != 0) {
        return file::system_failure("create", target_);
    }
    folder_.clear();
    return sync_folder(parent_of(target_));
}

}  // namespace gotong::archive
