#include "coordinator/cli/upload.h"

#include "common/http/client.h"

namespace gotong::cli {
namespace {

constexpr unsigned kServerError = 500;
constexpr unsigned kNoRoom = 507;
constexpr std::size_t kMaxAnswer = 16U << 10U;  // A sentence.

// Only what the gateway may get over by itself is worth another try.
ErrorCode code_for(unsigned status) {
    if (status == kNoRoom) return ErrorCode::resource_exhausted;
    return status >= kServerError ? ErrorCode::unavailable : ErrorCode::failed_precondition;
}

Result<> put(const Creator& creator, const std::string& address, const OriginalFile& file,
             const std::stop_token& stop) {
    const auto url = http::parse_url(address);
    if (!url) return Failure{url.error().during("the address for the upload")};
    const auto response = http::exchange({.method = http::Method::put,
                                          .url = *url,
                                          .body = file.bytes,
                                          .content_type = "application/octet-stream",
                                          .most_bytes = kMaxAnswer,
                                          .pinned = creator.fingerprint(),
                                          .stop = stop});
    if (!response) return Failure{response.error()};
    if (response->status / 100 == 2) return {};
    return fail(code_for(response->status),
                "the gateway answers " + std::to_string(response->status) + " for the upload");
}

}  // namespace

Result<> upload(const Creator& creator, const OriginalFile& file, const std::stop_token& stop) {
    v1::CreateUploadRequest request;
    request.set_sha256(std::string{as_text(file.sha256)});
    request.set_size(file.bytes.size());
    const auto answer = creator.ask(&CreatorStub::CreateUpload, request);
    if (!answer) return Failure{answer.error()};
    if (answer->stored()) return {};
    return put(creator, answer->url(), file, stop);
}

}  // namespace gotong::cli
