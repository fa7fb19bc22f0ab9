#include "worker/renderer/protocol/frame.h"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <span>

namespace gotong::renderer {
namespace {

constexpr std::size_t kHeaderBytes = 4;

// Fills `bytes` unless the peer closes first; returns how many came. A peer that closes without
// having read all that was sent to it resets the connection; that is a close too.
Result<std::size_t> receive(int socket, std::span<char> bytes) {
    std::size_t received = 0;
    while (received < bytes.size()) {
        const auto count =
            ::recv(socket, bytes.data() + received, bytes.size() - received, MSG_WAITALL);
        if (count == 0 || (count < 0 && errno == ECONNRESET)) break;
        if (count > 0) received += static_cast<std::size_t>(count);
        if (count < 0 && errno != EINTR)
            return fail(ErrorCode::unavailable, std::string("read: ") + std::strerror(errno));
    }
    return received;
}

Result<> send_all(int socket, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto count = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count >= 0) bytes.remove_prefix(static_cast<std::size_t>(count));
        if (count < 0 && errno != EINTR)
            return fail(ErrorCode::unavailable, std::string("write: ") + std::strerror(errno));
    }
    return {};
}

Failure too_long(std::size_t length) {
    return fail(ErrorCode::invalid_argument, "a frame of " + std::to_string(length) +
                                                 " bytes; at most " +
                                                 std::to_string(kMaxFrameBytes) + " are allowed");
}

}  // namespace

Result<std::optional<std::string>> read_frame(int socket) {
    std::array<char, kHeaderBytes> header{};
    const auto header_bytes = receive(socket, header);
    if (!header_bytes) return Failure{header_bytes.error()};
    if (*header_bytes == 0) return std::nullopt;
    std::size_t length = 0;
    for (std::size_t i = 0; i < kHeaderBytes; ++i)
        length |= std::size_t{static_cast<unsigned char>(header[i])} << (8 * i);
    if (*header_bytes == kHeaderBytes && length > kMaxFrameBytes) return too_long(length);
    std::string frame(*header_bytes == kHeaderBytes ? length : 0, '\0');
    const auto frame_bytes = receive(socket, frame);
    if (!frame_bytes) return Failure{frame_bytes.error()};
    if (*header_bytes < kHeaderBytes || *frame_bytes < length)
        return fail(ErrorCode::data_loss, "the peer closed within a frame");
    return frame;
}

Result<> FrameWriter::write(std::string_view frame) {
    if (frame.size() > kMaxFrameBytes) return too_long(frame.size());
    std::string header;
    for (std::size_t i = 0; i < kHeaderBytes; ++i)
        header += static_cast<char>(frame.size() >> (8 * i));
    const std::lock_guard lock(one_at_a_time_);
    const auto sent = send_all(socket_, header);
    return sent ? send_all(socket_, frame) : sent;
}

}  // namespace gotong::renderer
