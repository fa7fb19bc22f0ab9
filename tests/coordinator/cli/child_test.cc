// Children of `gotong`: what they say, how they end, and that they end with us.
#include "coordinator/cli/child.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <fstream>

#include "coordinator/cli/relay.h"
#include "tests/support/process.h"
#include "tests/support/temp_dir.h"

namespace gotong::cli {
namespace {

using namespace std::chrono_literals;

ChildPlan shell(const std::string& script) {
    return {.command = {"/bin/sh", "-c", script},
            .environment = {{"GOTONG_TEST_WORD", "hello"}},
            .input = ChildInput::nothing,
            .group = ChildGroup::own,
            .capture = true};
}

TEST_CASE("what a child says and how it ends is known") {
    const auto captured = run_captured({"/bin/sh", "-c", "echo out; echo err >&2; exit 3"}, 100);
    REQUIRE(captured);
    CHECK(captured->status == 3);
    CHECK(captured->output == "out\nerr\n");
    CHECK(run_captured({"/bin/sh", "-c", "echo 1234567890"}, 4)->output == "1234");
}

TEST_CASE("a program is found as a shell finds it, and one that is not there is named") {
    CHECK(run_captured({"sh", "-c", "echo here"}, 100)->output == "here\n");
    for (const std::string program : {"/no/such/program", "no-such-program"}) {
        const auto missing = run_captured({program}, 10);
        REQUIRE_FALSE(missing);
        CHECK(missing.error().code == ErrorCode::not_found);
        CHECK(missing.error().message.find(program) != std::string::npos);
    }
}

TEST_CASE("a child reads nothing from our terminal and sees the variables it is given") {
    auto child = Child::start(shell("cat && test \"$GOTONG_TEST_WORD\" = hello"));
    REQUIRE(child);
    CHECK(child->wait(test::kSoon) == 0);
}

TEST_CASE("a child that is told to stop ends by that signal") {
    auto child = Child::start(shell("exec sleep 60"));
    REQUIRE(child);
    CHECK_FALSE(child->wait(1ms));
    child->signal(SIGTERM);
    CHECK(child->wait(test::kSoon) == 128 + SIGTERM);
}

TEST_CASE("a child ends when its parent is killed") {
    const test::TempDir dir;
    const auto pid_file = dir / "pid";
    const pid_t parent = fork();
    REQUIRE(parent >= 0);
    if (parent == 0) {
        auto child = Child::start(shell("exec sleep 60"));
        if (!child) _exit(1);
        std::ofstream{pid_file} << child->pid() << std::endl;
        pause();
        _exit(0);
    }
    pid_t grandchild = 0;
    REQUIRE(
        test::eventually([&] { return bool(std::ifstream{pid_file} >> grandchild); }, test::kSoon));
    kill(parent, SIGKILL);
    waitpid(parent, nullptr, 0);
    // Adopted by init, it is gone, or a zombie until init looks.
    CHECK(test::eventually(
        [&] {
            std::ifstream stat{"/proc/" + std::to_string(grandchild) + "/stat"};
            std::string number, name, state;
            return !(stat >> number >> name >> state) || state == "Z";
        },
        test::kSoon));
}

TEST_CASE("what a child says is kept in its log, line by line") {
    const test::TempDir dir;
    auto child = Child::start(shell("printf 'one\\ntwo\\nunfinished'"));
    REQUIRE(child);
    { const Relay relay{"child", dir / "log", Loudness::silent, child->take_output()}; }
    CHECK(child->wait(test::kSoon) == 0);
    CHECK(last_line(dir / "log") == "unfinished");
    std::ifstream log{dir / "log"};
    std::string first;
    std::getline(log, first);
    CHECK(first == "one");
}

}  // namespace
}  // namespace gotong::cli
