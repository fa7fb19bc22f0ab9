// One coordinator per data folder: a lock that goes with the process, however it ends.
#pragma once

#include <filesystem>

#include "common/result.h"

namespace gotong::sqlite {

class FolderLock {
  public:
    // Makes the folder (0700) when it is missing. Errors: failed_precondition when another
    // process holds it; permission_denied.
    static Result<FolderLock> take(const std::filesystem::path& folder);

    FolderLock(FolderLock&& other) noexcept;
    FolderLock& operator=(FolderLock&& other) = delete;
    ~FolderLock();

  private:
    explicit FolderLock(int fd) : fd_(fd) {}

    int fd_;
};

}  // namespace gotong::sqlite
