// Frames on a stream socket: a little-endian u32 length, then that many bytes.
#pragma once

#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "common/result.h"

namespace gotong::renderer {

// A 4096 x 4096 picture is 48 MiB of pixels.
inline constexpr std::size_t kMaxFrameBytes = 64U << 20U;

// Blocks until a whole frame is there; nullopt when the peer has closed between two frames.
// Errors: data_loss (closed within a frame), invalid_argument (longer than kMaxFrameBytes),
// unavailable (the socket failed).
Result<std::optional<std::string>> read_frame(int socket);

// Writes whole frames; any thread may. Does not own the socket.
class FrameWriter {
  public:
    explicit FrameWriter(int socket) : socket_(socket) {}

    // Blocks while the peer does not read. Errors: invalid_argument (too long), unavailable (the
    // peer is gone).
    Result<> write(std::string_view frame);

  private:
    int socket_;
    std::mutex one_at_a_time_;
};

}  // namespace gotong::renderer
