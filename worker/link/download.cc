#include "worker/link/download.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "common/backoff/backoff.h"
#include "common/crypto/sha256.h"
#include "common/http/client.h"
#include "common/picture/format.h"
#include "worker/link/address.h"

namespace gotong::link {
namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 10s;  // Without a byte moving: another connection may do better.
constexpr Backoff kRetry{.first = 200ms, .most = 5s};
constexpr unsigned kOk = 200;
constexpr unsigned kServerError = 500;

enum class Next { again, end };

struct Try {
    Result<std::string> bytes;
    Next next = Next::end;
};

Failure other_bytes() {
    return fail(ErrorCode::invalid_argument,
                "the pool sends other bytes than the job names for the picture to begin with");
}

// Whatever keeps this machine from the file says nothing about the job.
Try failed(const Error& error) {
    if (error.code == ErrorCode::cancelled) return {Failure{error}, Next::end};
    if (error.code == ErrorCode::resource_exhausted) return {other_bytes(), Next::end};
    const bool may_pass = error.code == ErrorCode::unavailable;
    return {fail(ErrorCode::unavailable, error.during("the picture to begin with").message),
            may_pass ? Next::again : Next::end};
}

Try judged(http::Response response, const worker::Input& file) {
    if (response.status != kOk) {
        const Error error{ErrorCode::unavailable,
                          "the pool answers " + std::to_string(response.status) +
                              " for the picture to begin with",
                          {}};
        return {Failure{error}, response.status >= kServerError ? Next::again : Next::end};
    }
    if (response.body.size() < file.size)
        return failed({ErrorCode::unavailable, "the connection ended early", {}});
    if (crypto::sha256(as_bytes(response.body)) != file.sha256) return {other_bytes(), Next::end};
    return {std::move(response.body), Next::end};
}

Try try_once(const http::Request& request, const worker::Input& file) {
    auto response = http::exchange(request);
    if (!response) return failed(response.error());
    return judged(std::move(*response), file);
}

// False when `stop` came first.
bool pause(std::chrono::milliseconds delay, const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock{mutex};
    wake.wait_for(lock, stop, delay, [] { return false; });
    return !stop.stop_requested();
}

std::chrono::milliseconds until(Monotonic deadline) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(deadline -
                                                                 std::chrono::steady_clock::now());
}

}  // namespace

Result<std::string> download(const Endpoint& pool, const worker::Input& file,
                             const DownloadLimits& limits) {
    if (file.size > picture::kMaxFileBytes)
        return fail(ErrorCode::invalid_argument,
                    "the picture to begin with is larger than any that is taken");
    const auto address = checked_address(file.url);
    if (!address) return failed(address.error()).bytes;
    http::Request request{.url = *address,
                          .most_bytes = static_cast<std::size_t>(file.size),
                          .pinned = pool.fingerprint,
                          .patience = kPatience,
                          .stop = limits.stop};
    for (std::uint32_t failures = 1;; ++failures) {
        request.within = std::max(until(limits.deadline), 0ms);
        Try tried = try_once(request, file);
        if (tried.next == Next::end) return std::move(tried.bytes);
        const auto delay = backoff_delay(kRetry, failures, 1.0);
        if (until(limits.deadline) <= delay) return std::move(tried.bytes);
        if (!pause(delay, limits.stop)) return fail(ErrorCode::cancelled, "stopped");
    }
}

}  // namespace gotong::link
