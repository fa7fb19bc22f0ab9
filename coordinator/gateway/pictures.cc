#include "coordinator/gateway/pictures.h"

#include <utility>

#include "common/receipt/picture.h"
#include "common/text/rfc3339.h"

namespace gotong::gateway {
namespace {

constexpr std::string_view kPrefix = "/pictures/";
constexpr std::string_view kSuffix = ".png";

std::optional<JobId> job_in(std::string_view path) {
    if (!path.starts_with(kPrefix) || !path.ends_with(kSuffix)) return std::nullopt;
    path.remove_prefix(kPrefix.size());
    if (path.size() < kSuffix.size()) return std::nullopt;
    path.remove_suffix(kSuffix.size());
    return JobId::from_hex(path);
}

Reply gone(WallTime removed) {
    constexpr unsigned kGone = 410;
    constexpr std::size_t kDate = 10;  // "2026-11-23"
    return json_reply(kGone, "error",
                      "the pool's policy removed this picture on " +
                          text::to_rfc3339(removed).substr(0, kDate) + "; its receipt is kept");
}

Reply reply_with(const Services& services, const Picture& picture) {
    const Result<std::string> blob = services.blobs.read(picture.blob);
    if (!blob) return error_reply(blob.error());
    Result<std::string> whole = receipt::put_receipt(*blob, picture.bundle);
    if (!whole) return error_reply(whole.error());
    Reply reply;
    reply.content_type = "image/png";
    reply.body = std::move(*whole);
    return reply;
}

}  // namespace

Reply get_picture(const Services& services, const Head& head) {
    const Result<blob::Grant> grant =
        services.presigner.check(blob::Method::get, head.target, services.clock.now().wall);
    if (!grant) return error_reply(grant.error());
    const std::optional<JobId> job = job_in(grant->path);
    const std::optional<Picture> picture = job ? services.picture(*job) : std::nullopt;
    if (!picture) {
        return error_reply({ErrorCode::not_found, "there is no finished picture of that name", {}});
    }
    return picture->removed ? gone(*picture->removed) : reply_with(services, *picture);
}

}  // namespace gotong::gateway
