#include "tests/support/process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <thread>
#include <utility>

#include "tests/support/temp_dir.h"

namespace gotong::test {
namespace {

std::string read_file(const std::filesystem::path& path) {
    std::ifstream stream{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{stream}, {}};
}

void redirect(int target, const std::filesystem::path& file) {
    const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    ::dup2(fd, target);
    ::close(fd);
}

[[noreturn]] void become(const std::vector<std::string>& command, const Environment& environment) {
    for (const auto& [name, value] : environment) ::setenv(name.c_str(), value.c_str(), 1);
    std::vector<char*> arguments;
    for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    ::execvp(arguments[0], arguments.data());
    ::_exit(127);
}

pid_t start(const std::vector<std::string>& command, const std::filesystem::path& out,
            const std::filesystem::path& err, const Environment& environment) {
    const pid_t pid = ::fork();
    if (pid != 0) {
        ::setpgid(pid, pid);  // Whoever comes first, parent or child.
        return pid;
    }
    ::setpgid(0, 0);
    redirect(STDIN_FILENO, "/dev/null");
    redirect(STDOUT_FILENO, out);
    redirect(STDERR_FILENO, err);
    become(command, environment);
}

}  // namespace

Process::Process(const std::vector<std::string>& command, const std::filesystem::path& log,
                 const Environment& environment)
    : pid_(start(command, log, log, environment)), log_(log) {}

Process::~Process() {
    if (pid_ <= 0) return;
    ::kill(-pid_, SIGKILL);
    if (!status_) reap(0);
}

Process::Process(Process&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), status_(other.status_), log_(std::move(other.log_)) {}

Process& Process::operator=(Process&& other) noexcept {
    std::swap(pid_, other.pid_);
    std::swap(status_, other.status_);
    std::swap(log_, other.log_);
    return *this;
}

void Process::reap(int options) {
    int raw = 0;
    if (status_ || ::waitpid(pid_, &raw, options) != pid_) return;
    status_ = WIFSIGNALED(raw) ? 128 + WTERMSIG(raw) : WEXITSTATUS(raw);
}

bool Process::running() {
    reap(WNOHANG);
    return !status_;
}

void Process::signal(int number) const { ::kill(pid_, number); }

void Process::kill_now() {
    signal(SIGKILL);
    reap(0);
}

std::optional<int> Process::wait(std::chrono::milliseconds patience) {
    eventually([&] { return !running(); }, patience);
    return status_;
}

std::string Process::output() const { return read_file(log_); }

Finished run(const std::vector<std::string>& command, const Environment& environment,
             std::chrono::milliseconds patience) {
    const TempDir dir;
    const pid_t pid = start(command, dir / "out", dir / "err", environment);
    int raw = 0;
    if (!eventually([&] { return ::waitpid(pid, &raw, WNOHANG) == pid; }, patience)) {
        ::kill(-pid, SIGKILL);
        ::waitpid(pid, &raw, 0);
        return {-1, read_file(dir / "out"), read_file(dir / "err")};
    }
    const int status = WIFSIGNALED(raw) ? 128 + WTERMSIG(raw) : WEXITSTATUS(raw);
    return {status, read_file(dir / "out"), read_file(dir / "err")};
}

void pause(std::chrono::milliseconds time) { std::this_thread::sleep_for(time); }

}  // namespace gotong::test
