#include "common/file/system_failure.h"

#include <cerrno>
#include <cstring>
#include <string>

namespace gotong::file {
namespace {

ErrorCode code_of(int number) {
    switch (number) {
        case ENOENT:
        case ENOTDIR:
            return ErrorCode::not_found;
        case EEXIST:
        case ENOTEMPTY:
            return ErrorCode::already_exists;
        case EACCES:
        case EPERM:
        case EROFS:
            return ErrorCode::permission_denied;
        case ENOSPC:
        case EDQUOT:
        case EFBIG:
            return ErrorCode::resource_exhausted;
        default:
            return ErrorCode::internal;
    }
}

}  // namespace

Failure system_failure(const char* action, const std::filesystem::path& path) {
    const int number = errno;
    return fail(code_of(number),
                std::string(action) + " " + path.string() + ": " + std::strerror(number));
}

}  // namespace gotong::file
