// Frames over a real socket pair, in pieces, too long, and cut off.
#include "worker/render_child/frame_socket.h"

#include <sys/socket.h>

#include <catch2/catch_test_macros.hpp>
#include <string>

#include "common/time.h"

namespace gotong::render_child {
namespace {

struct Pair {
    FrameSocket ours;
    file::UniqueFd theirs;

    Pair() {
        int ends[2];
        REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
        ours = FrameSocket{file::UniqueFd{ends[0]}};
        theirs = file::UniqueFd{ends[1]};
    }

    void they_write(const std::string& bytes) const {
        REQUIRE(::send(theirs.get(), bytes.data(), bytes.size(), 0) ==
                static_cast<ssize_t>(bytes.size()));
    }
};

using namespace std::string_literals;

TEST_CASE("a frame is its little-endian length and its bytes") {
    Pair pair;
    REQUIRE(pair.ours.send("hello"));
    char bytes[16];
    REQUIRE(::recv(pair.theirs.get(), bytes, sizeof bytes, 0) == 9);
    CHECK(std::string(bytes, 9) == "\x05\0\0\0hello"s);
}

TEST_CASE("frames are told apart however they are cut") {
    Pair pair;
    pair.they_write("\x02\0"s);
    CHECK(pair.ours.receive(1ms).value() == std::nullopt);
    pair.they_write("\0\0a"s);
    CHECK(pair.ours.receive(1ms).value() == std::nullopt);
    pair.they_write("b\0\0\0\0\x01\0\0\0c"s);
    CHECK(pair.ours.receive(1s).value() == "ab");
    CHECK(pair.ours.receive(1s).value() == "");
    CHECK(pair.ours.receive(1s).value() == "c");
}

TEST_CASE("a length above the limit is refused before anything is kept for it") {
    Pair pair;
    pair.they_write("\x01\0\0\x04"s);  // 64 MiB + 1
    const auto received = pair.ours.receive(1s);
    REQUIRE_FALSE(received);
    CHECK(received.error().code == ErrorCode::data_loss);
}

TEST_CASE("a peer that has gone is an error in both directions") {
    Pair pair;
    pair.they_write("\x05\0\0\0he"s);
    { const file::UniqueFd closed = std::move(pair.theirs); }
    CHECK(pair.ours.receive(1s).error().code == ErrorCode::unavailable);
    CHECK(pair.ours.send("anybody there?").error().code == ErrorCode::unavailable);
}

}  // namespace
}  // namespace gotong::render_child
