#include "worker/engine/weights/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>
#include <utility>

namespace gotong::engine {
namespace {

Failure system_failure(const std::filesystem::path& path, int error) {
    const ErrorCode code = error == ENOENT || error == ENOTDIR ? ErrorCode::not_found
                           : error == EACCES                   ? ErrorCode::permission_denied
                           : error == ENOMEM                   ? ErrorCode::resource_exhausted
                                                               : ErrorCode::internal;
    return fail(code, path.string() + ": " + std::generic_category().message(error));
}

// Maps what the descriptor shows; the mapping outlives the descriptor.
Result<ByteView> map(int descriptor, const std::filesystem::path& path) {
    struct stat status {};
    if (::fstat(descriptor, &status) != 0) return system_failure(path, errno);
    if (!S_ISREG(status.st_mode)) {
        return fail(ErrorCode::failed_precondition, path.string() + ": not a regular file");
    }
    if (status.st_size == 0) return ByteView{};  // mmap() refuses a length of zero.
    const auto size = static_cast<std::size_t>(status.st_size);
    void* start = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    if (start == MAP_FAILED) return system_failure(path, errno);
    ::madvise(start, size, MADV_WILLNEED);  // Weights are read once, most of them soon.
    return ByteView{static_cast<const std::uint8_t*>(start), size};
}

}  // namespace

Result<MappedFile> MappedFile::open(const std::filesystem::path& path) {
    // O_NONBLOCK: a named pipe must be refused, not waited for.
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0) return system_failure(path, errno);
    const Result<ByteView> bytes = map(descriptor, path);
    ::close(descriptor);
    if (!bytes) return Failure{bytes.error()};
    return MappedFile{*bytes};
}

MappedFile::MappedFile(MappedFile&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    return *this;
}

MappedFile::~MappedFile() {
    if (bytes_.empty()) return;
    ::munmap(const_cast<std::uint8_t*>(bytes_.data()), bytes_.size());
}

void MappedFile::release(ByteView part) const {
    if (!holds(part)) return;
    const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    const auto first = reinterpret_cast<std::uintptr_t>(part.data());
    const std::uintptr_t begin = (first + page - 1) / page * page;
    const std::uintptr_t end = (first + part.size()) / page * page;
    if (begin < end) ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
}

}  // namespace gotong::engine
