// One coordinator per data folder: a lock that goes with the process, however it ends.
#pragma once

#include <filesystem>
#include <utility>

#include "common/file/unique_fd.h"
#include "common/result.h"

namespace gotong::sqlite {

class FolderLock {
  public:
    // Makes the folder (0700) when it is missing. Errors: failed_precondition when another
    // process holds it; permission_denied.
    static Result<FolderLock> take(const std::filesystem::path& folder);

  private:
    explicit FolderLock(file::UniqueFd fd) : fd_(std::move(fd)) {}

    file::UniqueFd fd_;  // Closing it lets go.
};

}  // namespace gotong::sqlite
