// A disk that fails once, for a real program that this library is loaded into by LD_PRELOAD.
//
//   GOTONG_FAULT_SYNC=n    the n-th fsync or fdatasync fails with EIO, and syncs nothing
//   GOTONG_FAULT_WRITE=n   the n-th write to a regular file fails with ENOSPC, and writes nothing
//   GOTONG_FAULT_ARM=FILE  nothing is counted before this file is there
//   GOTONG_FAULT_MARK=FILE made when the call fails, so that a test knows that it came to that
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>

namespace {

long number_of(const char* variable) {
    const char* text = std::getenv(variable);
    return text == nullptr ? 0 : std::atol(text);
}

bool is_armed() {
    const char* file = std::getenv("GOTONG_FAULT_ARM");
    return file == nullptr || ::access(file, F_OK) == 0;
}

// Standard output and error may be files of a test's own.
bool is_file(int fd) {
    struct stat status {};
    return fd > STDERR_FILENO && ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

void leave_mark() {
    const char* file = std::getenv("GOTONG_FAULT_MARK");
    if (file != nullptr) ::close(::open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
}

bool is_the_one(std::atomic<long>& count, const char* variable) {
    const long wanted = number_of(variable);
    if (wanted == 0 || !is_armed() || ++count != wanted) return false;
    leave_mark();
    return true;
}

bool fails_sync() {
    static std::atomic<long> count{0};
    return is_the_one(count, "GOTONG_FAULT_SYNC");
}

bool fails_write(int fd) {
    static std::atomic<long> count{0};
    return is_file(fd) && is_the_one(count, "GOTONG_FAULT_WRITE");
}

template <class Function>
Function* real(Function*, const char* name) {
    return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

int fsync(int fd) {
    static const auto call = real(&fsync, "fsync");
    if (!fails_sync()) return call(fd);
    errno = EIO;
    return -1;
}

int fdatasync(int fd) {
    static const auto call = real(&fdatasync, "fdatasync");
    if (!fails_sync()) return call(fd);
    errno = EIO;
    return -1;
}

ssize_t write(int fd, const void* bytes, size_t size) {
    static const auto call = real(&write, "write");
    if (!fails_write(fd)) return call(fd, bytes, size);
    errno = ENOSPC;
    return -1;
}

ssize_t pwrite64(int fd, const void* bytes, size_t size, off64_t offset) {
    static const auto call = real(&pwrite64, "pwrite64");
    if (!fails_write(fd)) return call(fd, bytes, size, offset);
    errno = ENOSPC;
    return -1;
}

}  // extern "C"
