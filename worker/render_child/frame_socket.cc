#include "worker/render_child/frame_socket.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>

#include "common/time.h"

namespace gotong::render_child {
namespace {

constexpr std::size_t kPrefix = 4;
constexpr std::size_t kReadAtOnce = 64U << 10U;

std::string prefix_of(std::size_t size) {
    std::string prefix(kPrefix, '\0');
    for (std::size_t i = 0; i < kPrefix; ++i) prefix[i] = static_cast<char>(size >> (8 * i));
    return prefix;
}

std::size_t size_in(std::string_view prefix) {
    std::size_t size = 0;
    for (std::size_t i = 0; i < kPrefix; ++i)
        size |= std::size_t{static_cast<std::uint8_t>(prefix[i])} << (8 * i);
    return size;
}

Failure gone() { return fail(ErrorCode::unavailable, "the renderer has gone"); }

}  // namespace

Result<> FrameSocket::send(std::string_view payload) {
    if (payload.size() > kMaxFrame) return fail(ErrorCode::internal, "frame too long to send");
    const std::string frame = prefix_of(payload.size()) + std::string{payload};
    for (std::size_t sent = 0; sent < frame.size();) {
        const ssize_t n =
            ::send(socket_.get(), frame.data() + sent, frame.size() - sent, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return gone();
        sent += static_cast<std::size_t>(n);
    }
    return {};
}

Result<std::optional<std::string>> FrameSocket::receive(std::chrono::milliseconds wait) {
    const auto until = std::chrono::steady_clock::now() + wait;
    while (true) {
        auto frame = take_frame();
        if (!frame || *frame) return frame;
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
        const Result<bool> came = read_more(std::max(left, 0ms));
        if (!came) return Failure{came.error()};
        if (!*came) return std::nullopt;
    }
}

// False when nothing came in time.
Result<bool> FrameSocket::read_more(std::chrono::milliseconds wait) {
    pollfd polled{.fd = socket_.get(), .events = POLLIN, .revents = 0};
    const int ready = ::poll(&polled, 1, static_cast<int>(wait.count()));
    if (ready < 0 && errno != EINTR) return gone();
    if (ready <= 0) return false;
    const std::size_t had = buffer_.size();
    buffer_.resize(had + kReadAtOnce);
    const ssize_t n = ::recv(socket_.get(), buffer_.data() + had, kReadAtOnce, MSG_DONTWAIT);
    buffer_.resize(had + static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
    if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN)) return gone();
    return true;
}

Result<std::optional<std::string>> FrameSocket::take_frame() {
    if (buffer_.size() < kPrefix) return std::nullopt;
    const std::size_t size = size_in(buffer_);
    if (size > kMaxFrame)
        return fail(ErrorCode::data_loss, "the renderer sent a frame of " + std::to_string(size) +
                                              " bytes; the limit is " + std::to_string(kMaxFrame));
    if (buffer_.size() < kPrefix + size) return std::nullopt;
    std::string frame = buffer_.substr(kPrefix, size);
    buffer_.erase(0, kPrefix + size);
    return frame;
}

}  // namespace gotong::render_child
