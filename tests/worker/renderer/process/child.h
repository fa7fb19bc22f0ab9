// The real gotong-renderer as a worker's child, for tests, and jobs for the demo model.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <csignal>
#include <cstdlib>
#include <string>
#include <vector>

#include "tests/worker/renderer/protocol/events.h"
#include "tests/worker/renderer/protocol/socket_pair.h"

namespace gotong::renderer {

inline constexpr const char* kRenderer = GOTONG_BIN_DIR "/gotong-renderer";
inline constexpr const char* kModel = GOTONG_SOURCE_DIR "/models/emoji";

// `gotong-renderer serve` with one end of a socket pair as descriptor 3, on one thread.
class Child {
  public:
    explicit Child(std::vector<std::string> more = {}) {
        std::vector<std::string> words{kRenderer, "serve", "--fd", "3", "--threads", "1"};
        words.insert(words.end(), more.begin(), more.end());
        std::vector<char*> command;
        for (std::string& word : words) command.push_back(word.data());
        command.push_back(nullptr);
        pid_ = ::fork();
        REQUIRE(pid_ >= 0);
        if (pid_ == 0) {
            ::dup2(pair_.theirs(), 3);
            ::close(pair_.mine() == 3 ? -1 : pair_.mine());
            ::setenv("OMP_WAIT_POLICY", "passive", 1);
            ::execv(kRenderer, command.data());
            ::_exit(127);
        }
        REQUIRE(next_event(pair_.mine()).has_ready());
    }
    ~Child() {
        ::kill(pid_, SIGKILL);
        if (!reaped_) ::waitpid(pid_, nullptr, 0);
    }

    int socket() const { return pair_.mine(); }
    void hang_up() { pair_.close_mine(); }
    v1::RendererEvent answer(std::uint64_t tag) { return answers_.of(socket(), tag); }

    // Waits for the child's end; its exit code, or -1 when a signal ended it.
    int exit_code() {
        int status = 0;
        REQUIRE(::waitpid(pid_, &status, 0) == pid_);
        reaped_ = true;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

  private:
    SocketPair pair_;
    Answers answers_;
    pid_t pid_ = -1;
    bool reaped_ = false;
};

inline v1::RendererCommand demo_command(std::uint64_t tag, std::uint32_t steps) {
    auto command = render_command(tag);
    auto& render = *command.mutable_render();
    render.set_model_dir(kModel);
    render.set_width(128);
    render.set_height(128);
    render.set_steps(steps);
    render.set_guidance(4);
    return command;
}

}  // namespace gotong::renderer
