#include "worker/link/convert.h"

#include <algorithm>

#include "common/bytes.h"
#include "common/trace/trace.h"

namespace gotong::link {
namespace {

using std::chrono::milliseconds;

// Longer than any sane pool's timers, and far from overflow when added to a clock.
constexpr std::uint64_t kLongestMs = 24ULL * 60 * 60 * 1000;

// A picture and its mask are two; a later pool may lend more.
constexpr int kMostInputs = 16;

milliseconds duration_of(std::uint64_t ms) {
    return milliseconds{static_cast<std::int64_t>(std::min(ms, kLongestMs))};
}

void fill(v1::Lease& out, const worker::Lease& lease) {
    out.set_job_id(lease.job.to_hex());
    out.set_attempt(lease.attempt);
}

std::string bytes_of(const Digest& digest) { return std::string{as_text(digest)}; }

Result<std::vector<worker::Lease>> leases_of(
    const google::protobuf::RepeatedPtrField<v1::Lease>& leases) {
    std::vector<worker::Lease> out;
    for (const v1::Lease& lease : leases) {
        const auto parsed = lease_of(lease);
        if (!parsed) return Failure{parsed.error()};
        out.push_back(*parsed);
    }
    return out;
}

worker::Verdict verdict_of(v1::ResultAck::Verdict verdict) {
    switch (verdict) {
        case v1::ResultAck::VERDICT_ACCEPTED:
            return worker::Verdict::accepted;
        case v1::ResultAck::VERDICT_DUPLICATE:
            return worker::Verdict::duplicate;
        case v1::ResultAck::VERDICT_SUPERSEDED:
            return worker::Verdict::superseded;
        case v1::ResultAck::VERDICT_REJECTED:
            return worker::Verdict::rejected;
        default:
            return worker::Verdict::noted;
    }
}

v1::RenderPhase to_proto(worker::Phase phase) {
    return static_cast<v1::RenderPhase>(phase);  // The same numbers.
}
static_assert(static_cast<int>(worker::Phase::uploading) == v1::RENDER_PHASE_UPLOADING);
static_assert(static_cast<int>(worker::Phase::loading) == v1::RENDER_PHASE_LOADING);

Result<Digest> digest_of(const std::string& bytes, const char* whose) {
    Digest digest{};
    if (bytes.size() != digest.size())
        return fail(ErrorCode::invalid_argument, std::string{whose} + " has a malformed digest");
    std::ranges::copy(as_bytes(bytes), digest.begin());
    return digest;
}

Result<std::vector<worker::Input>> inputs_of(
    const google::protobuf::RepeatedPtrField<v1::Offer::Input>& inputs) {
    if (inputs.size() > kMostInputs)
        return fail(ErrorCode::invalid_argument, "an offer has too many inputs");
    std::vector<worker::Input> out;
    for (const v1::Offer::Input& input : inputs) {
        const auto digest = digest_of(input.sha256(), "an offer's input");
        if (!digest) return Failure{digest.error()};
        out.push_back({.sha256 = *digest, .size = input.size(), .url = input.url()});
    }
    return out;
}

// Anything else than a trace is none: a pool puts no words of its own into our log.
std::string trace_of(const std::string& id) { return trace::text_of(trace::from_text(id)); }

Result<worker::OfferArrived> offer_of(const v1::Offer& offer) {
    const auto lease = lease_of(offer.lease());
    if (!lease) return Failure{lease.error()};
    auto envelope = envelope_of(offer.offer());
    if (!envelope) return Failure{envelope.error()};
    auto inputs = inputs_of(offer.inputs());
    if (!inputs) return Failure{inputs.error()};
    return worker::OfferArrived{.lease = *lease,
                                .envelope = std::move(*envelope),
                                .patience = duration_of(offer.progress_timeout_ms()),
                                .inputs = std::move(*inputs),
                                .trace = trace_of(offer.trace_id())};
}

Result<worker::DesiredArrived> desired_of(const v1::Desired& desired) {
    auto cancel = leases_of(desired.cancel());
    if (!cancel) return Failure{cancel.error()};
    auto resend = leases_of(desired.resend());
    if (!resend) return Failure{resend.error()};
    return worker::DesiredArrived{.cancel = std::move(*cancel), .resend = std::move(*resend)};
}

Result<worker::UploadGranted> grant_of(const v1::UploadGrant& grant) {
    const auto lease = lease_of(grant.lease());
    if (!lease) return Failure{lease.error()};
    return worker::UploadGranted{.lease = *lease, .url = grant.url(), .stored = grant.stored()};
}

Result<worker::ResultAcked> ack_of(const v1::ResultAck& ack) {
    const auto lease = lease_of(ack.lease());
    if (!lease) return Failure{lease.error()};
    return worker::ResultAcked{.lease = *lease,
                               .verdict = verdict_of(ack.verdict()),
                               .reason = ack.reason(),
                               .credit = {static_cast<std::int64_t>(ack.credit_micro_credits())},
                               .trace = trace_of(ack.trace_id())};
}

template <class T>
Result<std::optional<worker::Event>> as_event(Result<T> parsed) {
    if (!parsed) return Failure{parsed.error()};
    return worker::Event{std::move(*parsed)};
}

Result<models::PoolModel> model_of(const v1::Model& model) {
    models::PoolModel out;
    out.manifest.name = model.name();
    for (const v1::ModelFile& file : model.files()) {
        const auto digest = digest_of(file.sha256(), "the catalogue");
        if (!digest) return Failure{digest.error()};
        out.manifest.files.push_back({.path = file.path(), .size = file.size(), .sha256 = *digest});
    }
    std::ranges::sort(out.manifest.files, {}, &model::ModelFile::path);
    out.preview.matrix.assign(model.preview().matrix().begin(), model.preview().matrix().end());
    out.preview.bias.assign(model.preview().bias().begin(), model.preview().bias().end());
    return out;
}

}  // namespace

Result<worker::Lease> lease_of(const v1::Lease& lease) {
    const auto job = JobId::from_hex(lease.job_id());
    if (!job) return fail(ErrorCode::invalid_argument, "malformed job id");
    return worker::Lease{.job = *job, .attempt = lease.attempt()};
}

Result<receipt::Envelope> envelope_of(const v1::Envelope& envelope) {
    receipt::Envelope out{envelope.payload_type(), envelope.payload(), {}};
    if (out.payload.size() > receipt::kMaxPayload ||
        static_cast<std::size_t>(envelope.signatures_size()) > receipt::kMaxSignatures)
        return fail(ErrorCode::invalid_argument, "oversized envelope");
    for (const auto& signature : envelope.signatures()) {
        receipt::EnvelopeSignature parsed{.key_id = signature.keyid(), .signature = {}};
        if (signature.sig().size() != parsed.signature.bytes.size())
            return fail(ErrorCode::invalid_argument, "malformed signature");
        std::ranges::copy(as_bytes(signature.sig()), parsed.signature.bytes.begin());
        out.signatures.push_back(std::move(parsed));
    }
    return out;
}

Result<std::vector<models::PoolModel>> catalogue_of(const v1::Welcome& welcome) {
    std::vector<models::PoolModel> models;
    for (const v1::Model& model : welcome.catalogue()) {
        auto parsed = model_of(model);
        if (!parsed) return Failure{parsed.error()};
        models.push_back(std::move(*parsed));
    }
    return models;
}

v1::Envelope to_proto(const receipt::Envelope& envelope) {
    v1::Envelope out;
    out.set_payload_type(envelope.payload_type);
    out.set_payload(envelope.payload);
    for (const receipt::EnvelopeSignature& signature : envelope.signatures) {
        auto& added = *out.add_signatures();
        added.set_keyid(signature.key_id);
        added.set_sig(std::string{as_text(signature.signature.bytes)});
    }
    return out;
}

Result<std::optional<worker::Event>> event_of(const v1::ConnectResponse& frame) {
    switch (frame.frame_case()) {
        case v1::ConnectResponse::kDesired:
            return as_event(desired_of(frame.desired()));
        case v1::ConnectResponse::kOffer:
            return as_event(offer_of(frame.offer()));
        case v1::ConnectResponse::kUploadGrant:
            return as_event(grant_of(frame.upload_grant()));
        case v1::ConnectResponse::kResultAck:
            return as_event(ack_of(frame.result_ack()));
        default:
            return std::nullopt;
    }
}

v1::ConnectRequest to_proto(const worker::SendSnapshot& snapshot) {
    v1::ConnectRequest frame;
    v1::Snapshot& out = *frame.mutable_snapshot();
    out.set_free_slots(snapshot.free_slots);
    out.set_draining(snapshot.draining);
    for (const worker::HeldLease& held : snapshot.held) {
        auto& added = *out.add_held();
        fill(*added.mutable_lease(), held.lease);
        added.set_phase(to_proto(held.phase));
        added.set_step(held.step);
        added.set_stopping(held.stopping);
    }
    for (const worker::Lease& lease : snapshot.outbox) fill(*out.add_outbox(), lease);
    for (const worker::UsableModel& model : snapshot.models) {
        auto& added = *out.add_models();
        added.set_name(model.name);
        if (const auto digest = crypto::digest_from_hex(model.digest))
            added.set_digest(bytes_of(*digest));
    }
    for (const worker::ModelPlace& place : snapshot.places) {
        const auto digest = crypto::digest_from_hex(place.digest);
        if (!digest) continue;
        auto& added = *out.add_places();
        added.set_digest(bytes_of(*digest));
        added.set_loaded(place.loaded);
        added.set_load_ms(static_cast<std::uint64_t>(place.load.count()));
    }
    return frame;
}

v1::ConnectRequest to_proto(const worker::SendOfferReply& reply) {
    v1::ConnectRequest frame;
    v1::OfferReply& out = *frame.mutable_offer_reply();
    fill(*out.mutable_lease(), reply.lease);
    out.set_accepted(reply.accepted);
    out.set_reason(reply.reason);
    out.set_retry_after_ms(static_cast<std::uint64_t>(reply.retry_after.count()));
    return frame;
}

v1::ConnectRequest to_proto(worker::SendProgress progress) {
    v1::ConnectRequest frame;
    v1::Progress& out = *frame.mutable_progress();
    fill(*out.mutable_lease(), progress.lease);
    out.set_phase(to_proto(progress.phase));
    out.set_step(progress.step);
    out.set_steps(progress.steps);
    out.set_preview_png(std::move(progress.preview_png));
    return frame;
}

v1::ConnectRequest to_proto(const worker::SendUploadRequest& request) {
    v1::ConnectRequest frame;
    v1::UploadRequest& out = *frame.mutable_upload_request();
    fill(*out.mutable_lease(), request.lease);
    out.set_sha256(bytes_of(request.sha256));
    out.set_size(request.size);
    return frame;
}

v1::ConnectRequest to_proto(const worker::SendFailure& failure) {
    v1::ConnectRequest frame;
    v1::Result& out = *frame.mutable_result();
    fill(*out.mutable_lease(), failure.lease);
    out.mutable_failure()->set_code(static_cast<std::uint32_t>(failure.error.code));
    out.mutable_failure()->set_message(failure.error.message);
    return frame;
}

v1::ConnectRequest to_proto(const worker::SendGoodbye& goodbye) {
    v1::ConnectRequest frame;
    frame.mutable_goodbye()->set_reason(goodbye.reason);
    return frame;
}

v1::ConnectRequest success(const worker::Lease& lease, const receipt::Envelope& statement,
                           const worker::Kept& kept) {
    v1::ConnectRequest frame;
    v1::Result& out = *frame.mutable_result();
    fill(*out.mutable_lease(), lease);
    *out.mutable_success()->mutable_statement() = to_proto(statement);
    out.mutable_success()->set_sha256(bytes_of(kept.sha256));
    out.mutable_success()->set_size(kept.size);
    return frame;
}

}  // namespace gotong::link
