#include "worker/render_child/process.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <utility>

#include "common/time.h"

namespace gotong::render_child {
namespace {

constexpr int kExecFailed = 127;
constexpr auto kWaitEvery = 5ms;

// Everything the child needs between fork and exec, made before: the daemon has threads, so the
// child may only make system calls.
struct Prepared {
    std::vector<char*> argv;
    std::vector<char*> environment;
    int socket = -1;
    pid_t parent = 0;
    int niceness = 0;
    rlim_t memory_bytes = 0;
};

void volunteer_for_the_oom_killer() {
    const int fd = ::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (fd < 0) return;
    [[maybe_unused]] const ssize_t written = ::write(fd, "500", 3);
    ::close(fd);
}

void keep_only_the_socket(int socket) {
    if (socket == kChildSocket) {
        ::fcntl(socket, F_SETFD, 0);
    } else {
        ::dup2(socket, kChildSocket);
    }
    ::close_range(kChildSocket + 1, ~0U, 0);
}

[[noreturn]] void become(const Prepared& prepared) {
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != prepared.parent) ::_exit(kExecFailed);  // It died before the line above.
    volunteer_for_the_oom_killer();
    ::setpriority(PRIO_PROCESS, 0, prepared.niceness);
    if (prepared.memory_bytes > 0) {
        // Not RLIMIT_AS: CUDA reserves address space by the terabyte.
        const rlimit limit{prepared.memory_bytes, prepared.memory_bytes};
        ::setrlimit(RLIMIT_DATA, &limit);
    }
    keep_only_the_socket(prepared.socket);
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::execve(prepared.argv[0], prepared.argv.data(), prepared.environment.data());
    ::_exit(kExecFailed);
}

std::vector<char*> pointers_to(std::vector<std::string>& words) {
    std::vector<char*> pointers;
    for (std::string& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    return pointers;
}

std::vector<std::string> environment_with(const std::map<std::string, std::string>& defaults) {
    std::vector<std::string> variables;
    for (char** variable = environ; *variable; ++variable) variables.emplace_back(*variable);
    for (const auto& [name, value] : defaults) {
        if (!std::getenv(name.c_str())) variables.push_back(name + "=" + value);
    }
    return variables;
}

std::string describe(int status) {
    if (WIFSIGNALED(status)) return "was killed by signal " + std::to_string(WTERMSIG(status));
    return "exited with status " + std::to_string(WEXITSTATUS(status));
}

}  // namespace

Result<Process> Process::start(const ProcessOptions& options, file::UniqueFd& socket) {
    if (::access(options.program.c_str(), X_OK) != 0)
        return fail(errno == ENOENT ? ErrorCode::not_found : ErrorCode::permission_denied,
                    options.program.string() + ": " + std::strerror(errno));
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return fail(ErrorCode::resource_exhausted,
                    std::string{"socketpair: "} + std::strerror(errno));
    file::UniqueFd ours{ends[0]};
    const file::UniqueFd theirs{ends[1]};

    std::vector<std::string> words{options.program.string()};
    words.insert(words.end(), options.arguments.begin(), options.arguments.end());
    std::vector<std::string> variables = environment_with(options.defaults);
    const Prepared prepared{.argv = pointers_to(words),
                            .environment = pointers_to(variables),
                            .socket = theirs.get(),
                            .parent = ::getpid(),
                            .niceness = options.niceness,
                            .memory_bytes = options.memory_bytes};
    const pid_t pid = ::fork();
    if (pid == 0) become(prepared);
    if (pid < 0)
        return fail(ErrorCode::resource_exhausted, std::string{"fork: "} + std::strerror(errno));
    socket = std::move(ours);
    return Process{pid};
}

Process::Process(Process&& other) noexcept : pid_(std::exchange(other.pid_, 0)) {}

Process::~Process() {
    if (pid_ > 0) end(0);
}

std::string Process::end(int grace_ms) {
    int status = 0;
    const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds{grace_ms};
    while (::waitpid(pid_, &status, WNOHANG) == 0) {
        if (std::chrono::steady_clock::now() >= until) {
            ::kill(pid_, SIGKILL);
            while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
            }
            break;
        }
        std::this_thread::sleep_for(kWaitEvery);
    }
    pid_ = 0;
    return describe(status);
}

}  // namespace gotong::render_child
