// Two connected sockets, closed with the test.
#pragma once

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <string>
#include <string_view>

namespace gotong::renderer {

class SocketPair {
  public:
    SocketPair() { REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends_.data()) == 0); }
    ~SocketPair() {
        close_mine();
        ::close(ends_[1]);
    }
    SocketPair(const SocketPair&) = delete;
    SocketPair& operator=(const SocketPair&) = delete;

    int mine() const { return ends_[0]; }
    int theirs() const { return ends_[1]; }

    void send(std::string_view bytes) const {
        REQUIRE(::send(ends_[0], bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
                static_cast<ssize_t>(bytes.size()));
    }
    void close_mine() {
        if (ends_[0] >= 0) ::close(ends_[0]);
        ends_[0] = -1;
    }

  private:
    std::array<int, 2> ends_{-1, -1};
};

}  // namespace gotong::renderer
