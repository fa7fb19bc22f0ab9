// A folder in the making: it has another name until it is whole, and is removed when it never gets
// so. A kill leaves NAME.partial-*, which nobody takes for the real one and which may be deleted.
#pragma once

#include <filesystem>

#include "common/result.h"

namespace gotong::archive {

class Staging {
  public:
    // `target` must not be there, or be an empty folder; its parent must be there. The folder is
    // its owner's alone (0700).
    //
    // Errors: already_exists when there is something; not_found without the parent;
    // permission_denied; resource_exhausted when the disk is full.
    static Result<Staging> begin(const std::filesystem::path& target);

    Staging(Staging&& other) noexcept;
    Staging& operator=(Staging&&) = delete;
    ~Staging();

    const std::filesystem::path& folder() const { return folder_; }

    // From now on it is `target`, durably. Every file in it was synced before; folders are synced
    // here.
    Result<> keep();

  private:
    Staging(std::filesystem::path folder, std::filesystem::path target);

    std::filesystem::path folder_;  // Empty: kept, or moved from.
    std::filesystem::path target_;
};

}  // namespace gotong::archive
