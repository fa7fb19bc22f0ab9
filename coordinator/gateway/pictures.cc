#include "coordinator/gateway/pictures.h"

#include <utility>

#include "common/receipt/picture.h"

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

Result<std::string> finished_picture(const Services& services, std::string_view path) {
    const std::optional<JobId> job = job_in(path);
    const std::optional<Picture> picture = job ? services.picture(*job) : std::nullopt;
    if (!picture) return fail(ErrorCode::not_found, "there is no finished picture of that name");
    const Result<std::string> blob = services.blobs.read(picture->blob);
    if (!blob) return blob;
    return receipt::put_receipt(*blob, picture->bundle);
}

}  // namespace

Reply get_picture(const Services& services, const Head& head) {
    const Result<blob::Grant> grant =
        services.presigner.check(blob::Method::get, head.target, services.clock.now().wall);
    if (!grant) return error_reply(grant.error());
    Result<std::string> picture = finished_picture(services, grant->path);
    if (!picture) return error_reply(picture.error());
    Reply reply;
    reply.content_type = "image/png";
    reply.body = std::move(*picture);
    return reply;
}

}  // namespace gotong::gateway
