#include "worker/link/upload.h"

#include "common/http/client.h"
#include "worker/link/address.h"

namespace gotong::link {
namespace {

// A stop must not wait for a stalled connection; the outbox keeps the picture.
constexpr std::chrono::seconds kPatience{10};
constexpr std::size_t kMaxAnswer = 16U << 10U;  // A sentence.

}  // namespace

Result<> upload(const Endpoint& pool, const std::string& url, std::string png) {
    auto parsed = checked_address(url);
    if (!parsed) return Failure{parsed.error()};
    http::Request request{.method = http::Method::put,
                          .url = std::move(*parsed),
                          .body = std::move(png),
                          .content_type = "image/png",
                          .most_bytes = kMaxAnswer,
                          .pinned = pool.fingerprint,
                          .patience = kPatience};
    const auto response = http::exchange(request);
    if (!response) return Failure{response.error()};
    if (response->status / 100 == 2) return {};
    return fail(ErrorCode::unavailable,
                request.url.host + " answered " + std::to_string(response->status));
}

}  // namespace gotong::link
