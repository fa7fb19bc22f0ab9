#include "coordinator/cli/child.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <thread>

namespace gotong::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds kEndLookUp{5};
constexpr int kExecFailed = 127;  // As shells have it.
constexpr int kSignalBase = 128;

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> list;
    for (std::string& text : texts) list.push_back(text.data());
    list.push_back(nullptr);
    return list;
}

std::vector<std::string> environment_with(const std::map<std::string, std::string>& added) {
    std::vector<std::string> all;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text{*entry};
        if (!added.contains(std::string{text.substr(0, text.find('='))})) all.emplace_back(text);
    }
    for (const auto& [name, value] : added) all.push_back(name + "=" + value);
    return all;
}

void unblock_signals() {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    signal(SIGINT, SIG_DFL);  // Shells start background jobs with it ignored.
}

// In the child, after fork: async-signal-safe calls only.
[[noreturn]] void become(const ChildPlan& plan, pid_t parent, int output, const char* program,
                         char* const* arguments, char* const* environment) {
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) _exit(kExecFailed);
    if (plan.group == ChildGroup::own) setpgid(0, 0);
    unblock_signals();
    if (plan.input == ChildInput::nothing) dup2(open("/dev/null", O_RDONLY | O_CLOEXEC), 0);
    if (plan.capture) {
        dup2(output, STDOUT_FILENO);
        dup2(output, STDERR_FILENO);
    }
    execve(program, arguments, environment);
    _exit(kExecFailed);
}

// As a shell finds it: a name without a slash in the folders of PATH.
Result<std::string> find_program(const std::string& name) {
    std::string folders = name.find('/') == std::string::npos ? "/usr/bin:/bin" : "";
    if (const char* path = std::getenv("PATH"); path && !folders.empty()) folders = path;
    std::istringstream list{folders + ":"};
    for (std::string folder; std::getline(list, folder, ':');) {
        const std::string candidate = folder.empty() ? name : folder + "/" + name;
        if (::access(candidate.c_str(), X_OK) == 0) return candidate;
    }
    return fail(ErrorCode::not_found, "there is no program " + name);
}

}  // namespace

Result<Child> Child::start(const ChildPlan& plan) {
    const auto program = find_program(plan.command.at(0));
    if (!program) return Failure{program.error()};
    int ends[2] = {-1, -1};
    if (plan.capture && pipe2(ends, O_CLOEXEC) != 0)
        return fail(ErrorCode::resource_exhausted, std::string{"pipe: "} + std::strerror(errno));
    file::UniqueFd reading{ends[0]}, writing{ends[1]};
    auto command = plan.command;
    auto variables = environment_with(plan.environment);
    const auto arguments = pointers(command);
    const auto environment = pointers(variables);
    const pid_t parent = getpid();
    const pid_t pid = fork();
    if (pid < 0)
        return fail(ErrorCode::resource_exhausted, std::string{"fork: "} + std::strerror(errno));
    if (pid == 0)
        become(plan, parent, writing.get(), program->c_str(), arguments.data(), environment.data());
    return Child{pid, std::move(reading)};
}

Child::Child(Child&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      status_(other.status_),
      output_(std::move(other.output_)) {}

Child::~Child() {
    if (pid_ < 0 || status_) return;
    signal(SIGKILL);
    waitpid(pid_, nullptr, 0);
}

void Child::signal(int number) const {
    if (pid_ > 0 && !status_) ::kill(pid_, number);
}

std::optional<int> Child::wait(std::chrono::milliseconds patience) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!status_) {
        int raw = 0;
        if (waitpid(pid_, &raw, WNOHANG) == pid_) {
            status_ = WIFEXITED(raw) ? WEXITSTATUS(raw) : kSignalBase + WTERMSIG(raw);
        } else if (std::chrono::steady_clock::now() >= deadline) {
            return std::nullopt;
        } else {
            std::this_thread::sleep_for(kEndLookUp);
        }
    }
    return status_;
}

Result<Captured> run_captured(const std::vector<std::string>& command, std::size_t most_bytes) {
    auto child = Child::start({.command = command,
                               .environment = {},
                               .input = ChildInput::nothing,
                               .group = ChildGroup::ours,
                               .capture = true});
    if (!child) return Failure{child.error()};
    const file::UniqueFd output = child->take_output();
    Captured captured;
    char buffer[4096];
    for (ssize_t size = 0; (size = ::read(output.get(), buffer, sizeof buffer)) > 0;) {
        const auto room = most_bytes - captured.output.size();
        captured.output.append(buffer, std::min(room, static_cast<std::size_t>(size)));
    }
    while (!child->wait(std::chrono::hours{1})) {
    }
    captured.status = *child->wait({});
    return captured;
}

fs::path own_folder() {
    std::error_code error;
    return fs::read_symlink("/proc/self/exe", error).parent_path();
}

Result<fs::path> sibling(const std::string& name) {
    fs::path path = own_folder() / name;
    if (::access(path.c_str(), X_OK) == 0) return path;
    return fail(ErrorCode::not_found, name + " is not beside gotong in " + own_folder().string());
}

}  // namespace gotong::cli
