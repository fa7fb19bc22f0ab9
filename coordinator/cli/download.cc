#include "coordinator/cli/download.h"

#include <algorithm>
#include <array>

#include "common/crypto/sha256.h"
#include "common/http/client.h"
#include "common/png/chunks.h"
#include "common/receipt/picture.h"
#include "common/receipt/verify.h"

namespace gotong::cli {
namespace {

constexpr unsigned kOk = 200;
constexpr unsigned kServerError = 500;

Result<std::string> fetch(const Creator& creator, const std::string& address, std::size_t size) {
    const auto url = http::parse_url(address);
    if (!url) return Failure{url.error().during("the picture's address")};
    http::Request request;
    request.url = *url;
    request.most_bytes = size;
    request.pinned = creator.fingerprint();
    const auto response = http::exchange(request);
    if (!response) return Failure{response.error()};
    if (response->status == kOk) return response->body;
    const std::string what = "the gateway answers " + std::to_string(response->status);
    return fail(response->status >= kServerError ? ErrorCode::unavailable : ErrorCode::data_loss,
                what + " for the picture");
}

Result<> check_verdict(const receipt::Verdict& verdict, const v1::Job& job) {
    if (verdict.outcome == receipt::Outcome::valid && verdict.statement &&
        verdict.statement->job.id.to_hex() == job.job_id())
        return {};
    const auto failed = std::ranges::find(verdict.checks, false, &receipt::Check::passed);
    const std::string why =
        failed == verdict.checks.end() ? "it belongs to another job" : failed->finding;
    return fail(ErrorCode::data_loss, "the pool's picture does not verify: " + why);
}

}  // namespace

Result<std::string> download(const Creator& creator, const v1::Job& job) {
    const v1::Picture& picture = job.picture();
    if (picture.size() > png::kMaxFileBytes)
        return fail(ErrorCode::data_loss, "the picture is larger than a picture can be");
    const auto blob = fetch(creator, picture.blob_url(), picture.size());
    if (!blob) return Failure{blob.error()};
    if (as_text(crypto::sha256(as_bytes(*blob))) != picture.sha256())
        return fail(ErrorCode::data_loss, "the picture is not the one that the pool accepted");
    auto whole = receipt::put_receipt(*blob, picture.receipt());
    if (!whole) return Failure{whole.error().during("the receipt")};
    const std::array trusted{creator.pool().key};
    const auto verdict = receipt::verify_picture(*whole, trusted);
    if (!verdict) return Failure{verdict.error()};
    if (const auto sound = check_verdict(*verdict, job); !sound) return Failure{sound.error()};
    return whole;
}

}  // namespace gotong::cli
