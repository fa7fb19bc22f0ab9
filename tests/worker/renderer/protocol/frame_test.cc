// Frames over a real socket pair: whole, in pieces, cut off, too long.
#include "worker/renderer/protocol/frame.h"

#include <catch2/catch_test_macros.hpp>
#include <thread>

#include "tests/worker/renderer/protocol/socket_pair.h"

namespace gotong::renderer {
namespace {

using namespace std::string_literals;

TEST_CASE("a frame arrives as it was written") {
    const SocketPair pair;
    FrameWriter writer{pair.mine()};
    const std::string long_frame(300'000, 'x');  // More than a socket's buffer holds.
    std::thread sender([&] {
        for (const auto& frame : {"one"s, ""s, "zero\0byte"s, long_frame})
            CHECK(writer.write(frame).has_value());
    });
    for (const auto& frame : {"one"s, ""s, "zero\0byte"s, long_frame})
        CHECK(read_frame(pair.theirs()) == frame);
    sender.join();
}

TEST_CASE("the length is four bytes, the lowest first") {
    const SocketPair pair;
    pair.send(
        "\x03\x00\x00\x00"
        "abc"s);
    CHECK(read_frame(pair.theirs()) == "abc"s);
}

TEST_CASE("a peer that closes between frames is an end, within one a loss") {
    for (const auto& [sent, whole] : {std::pair{""s, true},
                                      {"\x03\x00"s, false},
                                      {"\x03\x00\x00\x00"s, false},
                                      {"\x03\x00\x00\x00"
                                       "ab"s,
                                       false}}) {
        SocketPair pair;
        if (!sent.empty()) pair.send(sent);
        pair.close_mine();
        const auto frame = read_frame(pair.theirs());
        CHECK(frame.has_value() == whole);
        if (whole) CHECK(*frame == std::nullopt);
        if (!whole) CHECK(frame.error().code == ErrorCode::data_loss);
    }
}

TEST_CASE("a frame beyond the limit is refused before a byte of it is read") {
    const SocketPair pair;
    pair.send("\x01\x00\x00\x04"s);  // 64 MiB and one.
    CHECK(read_frame(pair.theirs()).error().code == ErrorCode::invalid_argument);
    FrameWriter writer{pair.mine()};
    CHECK(writer.write(std::string(kMaxFrameBytes + 1, 'x')).error().code ==
          ErrorCode::invalid_argument);
}

TEST_CASE("writing to a peer that has gone is an error, not a signal") {
    SocketPair pair;
    pair.close_mine();
    FrameWriter writer{pair.theirs()};
    CHECK(writer.write("late").error().code == ErrorCode::unavailable);
}

}  // namespace
}  // namespace gotong::renderer
