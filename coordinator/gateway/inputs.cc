#include "coordinator/gateway/inputs.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "common/picture/format.h"

namespace gotong::gateway {
namespace {

constexpr std::string_view kPrefix = "/inputs/";

// Holds the first bytes back until they tell the format, so that nothing else touches the disk.
class InputSink final : public Sink {
  public:
    InputSink(const Services& services, const blob::InputName& name, std::uint64_t size,
              std::unique_ptr<blob::Writer> writer)
        : services_(services), name_(name), size_(size), writer_(std::move(writer)) {}

    Result<> take(ByteView piece) override {
        if (is_picture_) return writer_->write(piece);
        const std::size_t missing = picture::kSignatureBytes - first_.size();
        const ByteView head = piece.first(std::min(missing, piece.size()));
        first_.insert(first_.end(), head.begin(), head.end());
        if (first_.size() < picture::kSignatureBytes) return {};
        if (!picture::format_of(first_)) return Failure{no_picture()};
        is_picture_ = true;
        if (Result<> written = writer_->write(first_); !written) return written;
        return writer_->write(piece.subspan(head.size()));
    }

    Reply end() override {
        if (!is_picture_) return error_reply(no_picture());
        const Result<blob::Added> added = writer_->finish();
        if (!added) return error_reply(added.error());
        if (const Result<> kept = services_.keep_input(name_, size_); !kept) {
            return error_reply(kept.error());
        }
        const bool created = *added == blob::Added::created;
        if (created) {
            services_.counts->inputs.add();
            services_.counts->input_bytes.add(size_);
        }
        return json_reply(created ? 201 : 200, "input", created ? "stored" : "already there");
    }

  private:
    static Error no_picture() {
        return {ErrorCode::invalid_argument, "this is no PNG, JPEG or WebP file", {}};
    }

    const Services& services_;
    blob::InputName name_;
    std::uint64_t size_;
    std::unique_ptr<blob::Writer> writer_;
    std::vector<std::uint8_t> first_;
    bool is_picture_ = false;
};

// "/inputs/<account>/<hex>"
std::optional<blob::InputName> name_in(std::string_view path) {
    path.remove_prefix(kPrefix.size());
    const std::size_t slash = path.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    const auto account = AccountId::from_hex(path.substr(0, slash));
    const auto sha256 = crypto::digest_from_hex(path.substr(slash + 1));
    if (!account || !sha256) return std::nullopt;
    return blob::InputName{*account, *sha256};
}

struct Allowed {
    blob::Grant grant;
    blob::InputName name;
};

Result<Allowed> allowed(const Services& services, const Head& head, blob::Method method) {
    Result<blob::Grant> grant =
        services.presigner.check(method, head.target, services.clock.now().wall);
    if (!grant) return Failure{grant.error()};
    const auto name = name_in(grant->path);
    if (!name) return fail(ErrorCode::not_found, "there is no upload of that name");
    return Allowed{std::move(*grant), *name};
}

}  // namespace

Decision put_input(const Services& services, const Head& head) {
    const Result<Allowed> upload = allowed(services, head, blob::Method::put);
    if (!upload) return error_reply(upload.error());
    auto sized = body_size(head, std::min(upload->grant.size, picture::kMaxFileBytes), "an upload");
    if (auto* refusal = std::get_if<Reply>(&sized)) return std::move(*refusal);
    const std::uint64_t size = std::get<std::uint64_t>(sized);
    Result<std::unique_ptr<blob::Writer>> writer = services.inputs.begin(upload->name, size);
    if (!writer) return error_reply(writer.error());
    return Receive{std::make_unique<InputSink>(services, upload->name, size, std::move(*writer)),
                   size};
}

Reply get_input(const Services& services, const Head& head) {
    const Result<Allowed> download = allowed(services, head, blob::Method::get);
    if (!download) return error_reply(download.error());
    Result<std::unique_ptr<blob::Reader>> reader = services.inputs.open(download->name);
    if (!reader && reader.error().code == ErrorCode::not_found) {
        services.lost_input(download->name);
    }
    if (!reader) return error_reply(reader.error());
    Reply reply;
    reply.content_type = "application/octet-stream";
    reply.stream = std::move(*reader);
    return reply;
}

}  // namespace gotong::gateway
