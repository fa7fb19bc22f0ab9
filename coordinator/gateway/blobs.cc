#include "coordinator/gateway/blobs.h"

#include <algorithm>
#include <utility>

namespace gotong::gateway {
namespace {

constexpr std::string_view kPrefix = "/blobs/";

class BlobSink final : public Sink {
  public:
    BlobSink(std::unique_ptr<blob::Writer> writer, std::uint64_t size,
             std::shared_ptr<Counts> counts)
        : writer_(std::move(writer)), size_(size), counts_(std::move(counts)) {}

    Result<> take(ByteView piece) override { return writer_->write(piece); }

    Reply end() override {
        const Result<blob::Added> added = writer_->finish();
        if (!added) return error_reply(added.error());
        const bool created = *added == blob::Added::created;
        if (created) {
            counts_->blobs.add();
            counts_->blob_bytes.add(size_);
        }
        return json_reply(created ? 201 : 200, "blob", created ? "stored" : "already there");
    }

  private:
    std::unique_ptr<blob::Writer> writer_;
    const std::uint64_t size_;
    const std::shared_ptr<Counts> counts_;
};

struct Allowed {
    blob::Grant grant;
    crypto::Digest sha256{};
};

Result<Allowed> allowed(const Services& services, const Head& head, blob::Method method) {
    Result<blob::Grant> grant =
        services.presigner.check(method, head.target, services.clock.now().wall);
    if (!grant) return Failure{grant.error()};
    const Result<crypto::Digest> sha256 =
        crypto::digest_from_hex(std::string_view(grant->path).substr(kPrefix.size()));
    if (!sha256) return fail(ErrorCode::not_found, "a blob's name is 64 hexadecimal digits");
    return Allowed{std::move(*grant), *sha256};
}

}  // namespace

Decision put_blob(const Services& services, const Head& head) {
    const Result<Allowed> upload = allowed(services, head, blob::Method::put);
    if (!upload) return error_reply(upload.error());
    auto sized = body_size(head, std::min(upload->grant.size, blob::kMaxBlob), "a blob");
    if (auto* refusal = std::get_if<Reply>(&sized)) return std::move(*refusal);
    const std::uint64_t size = std::get<std::uint64_t>(sized);
    Result<std::unique_ptr<blob::Writer>> writer = services.blobs.begin(upload->sha256, size);
    if (!writer) return error_reply(writer.error());
    return Receive{std::make_unique<BlobSink>(std::move(*writer), size, services.counts), size};
}

Reply get_blob(const Services& services, const Head& head) {
    const Result<Allowed> download = allowed(services, head, blob::Method::get);
    if (!download) return error_reply(download.error());
    Result<std::unique_ptr<blob::Reader>> reader = services.blobs.open(download->sha256);
    if (!reader) return error_reply(reader.error());
    Reply reply;
    reply.content_type = "application/octet-stream";
    reply.stream = std::move(*reader);
    return reply;
}

}  // namespace gotong::gateway
