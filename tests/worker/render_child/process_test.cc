// What a child inherits, and that it cannot outlive its parent. /bin/sh is the child.
#include "worker/render_child/process.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <catch2/catch_test_macros.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "tests/support/temp_dir.h"

namespace gotong::render_child {
namespace {

// What the shell command writes to its inherited socket.
std::string output_of(const std::string& command, ProcessOptions options = {}) {
    options.program = "/bin/sh";
    options.arguments = {"-c", "(" + command + ") >&3"};
    file::UniqueFd socket;
    auto process = Process::start(options, socket);
    REQUIRE(process);
    std::string output;
    char buffer[256];
    for (ssize_t n = 0; (n = ::recv(socket.get(), buffer, sizeof buffer, 0)) > 0;)
        output.append(buffer, static_cast<std::size_t>(n));
    process->end(2'000);
    return output;
}

TEST_CASE("a child has its standard streams, its socket, and no other descriptor of ours") {
    const file::UniqueFd ours{::fcntl(0, F_DUPFD, 100)};
    CHECK(output_of("ls /proc/$$/fd | tr '\\n' ' '").starts_with("0 1 2 3 "));
    CHECK(output_of("test -e /proc/$$/fd/" + std::to_string(ours.get()) + " && echo leaked || true")
              .find("leaked") == std::string::npos);
}

TEST_CASE("a child runs with the niceness and the memory limit that it was given") {
    CHECK(output_of("nice", {.niceness = 7}) == "7\n");
    CHECK(output_of("ulimit -d", {.memory_bytes = 512U << 20U}) == "524288\n");
    CHECK(output_of("ulimit -d") == "unlimited\n");
}

TEST_CASE("a child gets a variable that the daemon's own environment leaves open") {
    const char* const say = "echo $GOTONG_TEST_VARIABLE";
    CHECK(output_of(say, {.defaults = {{"GOTONG_TEST_VARIABLE", "ours"}}}) == "ours\n");
    ::setenv("GOTONG_TEST_VARIABLE", "theirs", 1);
    CHECK(output_of(say, {.defaults = {{"GOTONG_TEST_VARIABLE", "ours"}}}) == "theirs\n");
    ::unsetenv("GOTONG_TEST_VARIABLE");
}

TEST_CASE("a child is the kernel's first choice when memory runs out") {
    CHECK(output_of("cat /proc/self/oom_score_adj") == "500\n");
}

TEST_CASE("a child gets signals that the daemon holds back for itself") {
    sigset_t held;
    sigset_t before;
    sigemptyset(&held);
    sigaddset(&held, SIGTERM);
    ::sigprocmask(SIG_BLOCK, &held, &before);
    const std::string blocked = output_of("grep SigBlk /proc/$$/status");
    ::sigprocmask(SIG_SETMASK, &before, nullptr);
    CHECK(blocked == "SigBlk:\t0000000000000000\n");
}

TEST_CASE("a child's end is told in words") {
    file::UniqueFd socket;
    auto exits = Process::start({.program = "/bin/sh", .arguments = {"-c", "exit 3"}}, socket);
    REQUIRE(exits);
    CHECK(exits->end(60'000) == "exited with status 3");
    auto sleeps = Process::start({.program = "/bin/sleep", .arguments = {"60"}}, socket);
    REQUIRE(sleeps);
    CHECK(sleeps->end(0) == "was killed by signal 9");
}

TEST_CASE("a child dies with its parent") {
    int pipe[2];
    REQUIRE(::pipe(pipe) == 0);
    const pid_t parent = ::fork();
    if (parent == 0) {
        file::UniqueFd socket;
        auto process = Process::start({.program = "/bin/sleep", .arguments = {"60"}}, socket);
        const pid_t child = process ? process->pid() : 0;
        [[maybe_unused]] const ssize_t n = ::write(pipe[1], &child, sizeof child);
        ::raise(SIGKILL);
    }
    pid_t child = 0;
    REQUIRE(::read(pipe[0], &child, sizeof child) == sizeof child);
    ::waitpid(parent, nullptr, 0);
    REQUIRE(child > 0);
    bool is_gone = false;
    for (int i = 0; i < 6'000 && !is_gone; ++i) {
        // A zombie that nobody has reaped yet has no command line any more.
        char first = 0;
        std::FILE* file = std::fopen(("/proc/" + std::to_string(child) + "/cmdline").c_str(), "rb");
        is_gone = file == nullptr || std::fread(&first, 1, 1, file) == 0;
        if (file != nullptr) std::fclose(file);
        ::usleep(10'000);
    }
    CHECK(is_gone);
}

TEST_CASE("a program that is not there, or may not run, is named") {
    const test::TempDir folder;
    file::UniqueFd socket;
    const auto missing = Process::start({.program = folder / "none"}, socket);
    REQUIRE_FALSE(missing);
    CHECK(missing.error().code == ErrorCode::not_found);
    CHECK(missing.error().message.find((folder / "none").string()) != std::string::npos);
}

}  // namespace
}  // namespace gotong::render_child
