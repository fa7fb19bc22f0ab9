// Length-prefixed frames over a stream socket: a little-endian uint32 and that many bytes.
//
// The peer may be a process that a hostile model file has taken over: lengths are bounded, and
// nothing here trusts a byte of it.
//
// Threads: one receives, one at a time sends, any may hang up.
#pragma once

#include <sys/socket.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "common/file/unique_fd.h"
#include "common/result.h"

namespace gotong::render_child {

// A 4,096 x 4,096 picture in RGB takes 48 MiB.
inline constexpr std::size_t kMaxFrame = 64U << 20U;

class FrameSocket {
  public:
    FrameSocket() = default;
    explicit FrameSocket(file::UniqueFd socket) : socket_(std::move(socket)) {}

    // Errors: unavailable when the peer has gone.
    Result<> send(std::string_view payload);

    // The next frame, or nullopt when none is complete within `wait`; what has come of it is kept
    // for the next call. Errors: unavailable when the peer has gone, data_loss for a frame above
    // kMaxFrame.
    Result<std::optional<std::string>> receive(std::chrono::milliseconds wait);

    // Both ends learn that nothing more will come.
    void hang_up() const { ::shutdown(socket_.get(), SHUT_RDWR); }

  private:
    Result<bool> read_more(std::chrono::milliseconds wait);
    Result<std::optional<std::string>> take_frame();

    file::UniqueFd socket_;
    std::string buffer_;
};

}  // namespace gotong::render_child
