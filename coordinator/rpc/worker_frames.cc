#include "coordinator/rpc/worker_frames.h"

#include <algorithm>

#include "common/bytes.h"
#include "common/crypto/sign.h"
#include "common/handshake/handshake.h"
#include "coordinator/rpc/convert.h"
#include "coordinator/rpc/limits.h"
#include "coordinator/rpc/tally.h"

namespace gotong::rpc {
namespace {

Failure malformed(std::string message, std::string field) {
    return fail(ErrorCode::invalid_argument, std::move(message), std::move(field));
}

core::Phase phase_from(v1::RenderPhase phase) {
    switch (phase) {
        case v1::RENDER_PHASE_LOADING:
            return core::Phase::loading;
        case v1::RENDER_PHASE_RENDERING:
            return core::Phase::rendering;
        case v1::RENDER_PHASE_UPLOADING:
            return core::Phase::uploading;
        default:
            return core::Phase::unknown;
    }
}

std::chrono::milliseconds duration_from(std::uint64_t ms) {
    constexpr std::chrono::milliseconds most = 24h;  // Longer waits are a peer's joke.
    return std::min(
        most, std::chrono::milliseconds(std::min(ms, static_cast<std::uint64_t>(most.count()))));
}

template <class Models>
std::vector<core::OfferedModel> models_from(const Models& wire) {
    std::vector<core::OfferedModel> models;
    for (const v1::OfferedModel& model : wire) {
        models.push_back(
            {.name = model.name(), .digest = crypto::to_hex(as_bytes(model.digest()))});
    }
    return models;
}

std::vector<core::ModelPlace> places_from(const v1::Snapshot& wire) {
    std::vector<core::ModelPlace> places;
    for (const auto& place : wire.places()) {
        places.push_back({.digest = crypto::to_hex(as_bytes(place.digest())),
                          .loaded = place.loaded(),
                          .load = duration_from(place.load_ms())});
    }
    return places;
}

Result<> check_protocol(const v1::Hello& wire) {
    using handshake::kNewestProtocol;
    using handshake::kOldestProtocol;
    const bool newer = wire.protocol_min() > kNewestProtocol;
    if (!newer && wire.protocol_max() >= kOldestProtocol) return {};
    return fail(ErrorCode::failed_precondition,
                "this pool speaks protocols " + std::to_string(kOldestProtocol) + " to " +
                    std::to_string(kNewestProtocol) + ", this worker " +
                    std::to_string(wire.protocol_min()) + " to " +
                    std::to_string(wire.protocol_max()) +
                    (newer ? "; the pool's operator has to update the coordinator"
                           : "; update gotong-worker"),
                "protocol_max");
}

Result<> check_signature(const v1::Hello& wire, const crypto::PublicKey& key,
                         std::string_view challenge, const crypto::PublicKey& pool_key) {
    crypto::Signature signature;
    if (wire.signature().size() != signature.bytes.size()) {
        return malformed("an Ed25519 signature has 64 bytes", "signature");
    }
    std::ranges::copy(as_bytes(wire.signature()), signature.bytes.begin());
    const std::string message =
        handshake::hello_message(challenge, pool_key, wire.instance_nonce());
    const bool is_signed = crypto::verify(key, as_bytes(message), signature);
    tally().hellos.note(is_signed);
    if (is_signed) return {};
    return fail(
        ErrorCode::unauthenticated,
        "the hello is not signed by its key for this stream and this pool; if the pool's key "
        "has changed, join again with a new invite",
        "signature");
}

template <class Leases>
void add_leases(const std::vector<core::LeaseToken>& leases, Leases* wire) {
    for (const core::LeaseToken& lease : leases) {
        auto* added = wire->Add();
        added->set_job_id(lease.job.to_hex());
        added->set_attempt(lease.attempt);
    }
}

void set_lease(const core::LeaseToken& lease, v1::Lease* wire) {
    wire->set_job_id(lease.job.to_hex());
    wire->set_attempt(lease.attempt);
}

std::uint64_t milliseconds(std::chrono::milliseconds duration) {
    return static_cast<std::uint64_t>(duration.count());
}

void fill(const core::Welcome& welcome, const Links&, v1::ConnectResponse& frame) {
    auto* wire = frame.mutable_welcome();
    wire->set_protocol(welcome.protocol);
    wire->set_session_id(welcome.session.to_hex());
    wire->set_resume_token(welcome.resume_token);
    wire->set_resumed(welcome.resumed);
    wire->set_heartbeat_idle_ms(milliseconds(welcome.heartbeat_idle));
    wire->set_heartbeat_busy_ms(milliseconds(welcome.heartbeat_busy));
    wire->set_session_ttl_ms(milliseconds(welcome.session_ttl));
    for (const auto& model : welcome.catalogue) *wire->add_catalogue() = to_wire(model);
    for (const auto& reason : welcome.refused_models) wire->add_refused_models(reason);
}

void fill(const core::Desired& desired, const Links&, v1::ConnectResponse& frame) {
    auto* wire = frame.mutable_desired();
    add_leases(desired.keep, wire->mutable_keep());
    add_leases(desired.cancel, wire->mutable_cancel());
    add_leases(desired.resend, wire->mutable_resend());
    wire->set_reconnect_spread_ms(milliseconds(desired.reconnect_spread));
    wire->set_notice(desired.notice);
}

void fill(const core::OfferJob& offer, const Links& links, v1::ConnectResponse& frame) {
    auto* wire = frame.mutable_offer();
    set_lease(offer.lease, wire->mutable_lease());
    *wire->mutable_offer() = to_wire(offer.offer);
    for (const store::Input& input : offer.inputs) {
        auto* added = wire->add_inputs();
        added->set_sha256(std::string(as_text(input.name.sha256)));
        added->set_size(input.size);
        added->set_url(links.input(input.name));
    }
    wire->set_accept_within_ms(milliseconds(offer.accept_within));
    wire->set_progress_timeout_ms(milliseconds(offer.progress_timeout));
    wire->set_trace_id(trace::text_of(offer.trace));
}

void fill(const core::GrantUpload& grant, const Links& links, v1::ConnectResponse& frame) {
    auto* wire = frame.mutable_upload_grant();
    set_lease(grant.lease, wire->mutable_lease());
    wire->set_stored(grant.stored);
    if (grant.stored) return;
    wire->set_url(links.upload(grant.sha256, grant.size));
    wire->set_expires_in_ms(milliseconds(kUploadValid));
}

void fill(const core::AckResult& ack, const Links&, v1::ConnectResponse& frame) {
    auto* wire = frame.mutable_result_ack();
    set_lease(ack.lease, wire->mutable_lease());
    wire->set_verdict(static_cast<v1::ResultAck::Verdict>(ack.verdict));
    wire->set_reason(ack.reason);
    wire->set_credit_micro_credits(static_cast<std::uint64_t>(ack.credit.micro));
    wire->set_trace_id(trace::text_of(ack.trace));
}

void fill(const core::CloseStream&, const Links&, v1::ConnectResponse&) {}

}  // namespace

Result<core::LeaseToken> lease_from(const v1::Lease& wire) {
    const auto job = JobId::from_hex(wire.job_id());
    if (!job) return malformed("a lease names a job by 32 hexadecimal digits", "lease.job_id");
    return core::LeaseToken{.job = *job, .attempt = wire.attempt()};
}

Result<core::WorkerSnapshot> snapshot_from(const v1::Snapshot& wire, core::StreamId stream) {
    core::WorkerSnapshot snapshot{.stream = stream,
                                  .free_slots = wire.free_slots(),
                                  .held = {},
                                  .outbox = {},
                                  .draining = wire.draining(),
                                  .models = models_from(wire.models()),
                                  .places = places_from(wire)};
    for (const auto& held : wire.held()) {
        const auto lease = lease_from(held.lease());
        if (!lease) return Failure(lease.error());
        snapshot.held.push_back({.lease = *lease,
                                 .phase = phase_from(held.phase()),
                                 .step = held.step(),
                                 .stopping = held.stopping()});
    }
    for (const auto& waiting : wire.outbox()) {
        const auto lease = lease_from(waiting);
        if (!lease) return Failure(lease.error());
        snapshot.outbox.push_back(*lease);
    }
    return snapshot;
}

Result<core::OfferReply> offer_reply_from(const v1::OfferReply& wire, core::StreamId stream) {
    const auto lease = lease_from(wire.lease());
    if (!lease) return Failure(lease.error());
    return core::OfferReply{.stream = stream,
                            .lease = *lease,
                            .accepted = wire.accepted(),
                            .reason = wire.reason(),
                            .retry_after = duration_from(wire.retry_after_ms())};
}

Result<core::WorkerProgress> progress_from(const v1::Progress& wire, core::StreamId stream) {
    const auto lease = lease_from(wire.lease());
    if (!lease) return Failure(lease.error());
    return core::WorkerProgress{.stream = stream,
                                .lease = *lease,
                                .phase = phase_from(wire.phase()),
                                .step = wire.step(),
                                .steps = wire.steps(),
                                .preview_png = wire.preview_png()};
}

Result<core::UploadAsked> upload_from(const v1::UploadRequest& wire, core::StreamId stream) {
    const auto lease = lease_from(wire.lease());
    if (!lease) return Failure(lease.error());
    core::UploadAsked asked{.stream = stream, .lease = *lease, .size = wire.size()};
    if (wire.sha256().size() != asked.sha256.size()) {
        return malformed("a SHA-256 has 32 bytes", "sha256");
    }
    std::ranges::copy(as_bytes(wire.sha256()), asked.sha256.begin());
    return asked;
}

Result<core::AttemptFailed> failure_from(const v1::Result& wire, core::StreamId stream) {
    const auto lease = lease_from(wire.lease());
    if (!lease) return Failure(lease.error());
    constexpr std::uint32_t highest = static_cast<std::uint32_t>(ErrorCode::unauthenticated);
    const std::uint32_t code = wire.failure().code();
    const bool known = code != 0 && code <= highest;
    return core::AttemptFailed{
        .stream = stream,
        .lease = *lease,
        .error = {.code = known ? static_cast<ErrorCode>(code) : ErrorCode::internal,
                  .message = wire.failure().message(),
                  .field = {}}};
}

Result<ResultClaim> claim_from(const v1::Result& wire, core::StreamId stream,
                               const crypto::PublicKey& worker) {
    const auto lease = lease_from(wire.lease());
    if (!lease) return Failure(lease.error());
    auto statement = envelope_from(wire.success().statement());
    if (!statement) return Failure(statement.error());
    ResultClaim claim{.stream = stream,
                      .lease = *lease,
                      .worker = worker,
                      .statement = *std::move(statement),
                      .blob_size = wire.success().size()};
    if (wire.success().sha256().size() != claim.blob_sha256.size()) {
        return malformed("a SHA-256 has 32 bytes", "sha256");
    }
    std::ranges::copy(as_bytes(wire.success().sha256()), claim.blob_sha256.begin());
    return claim;
}

Result<core::WorkerHello> hello_from(const v1::Hello& wire, core::StreamId stream,
                                     std::string_view challenge,
                                     const crypto::PublicKey& pool_key) {
    if (auto spoken = check_protocol(wire); !spoken) return Failure(spoken.error());
    const auto key = crypto::checked_public_key(as_bytes(wire.public_key()));
    if (!key) return Failure(Error{key.error().code, key.error().message, "public_key"});
    if (wire.instance_nonce().size() != handshake::kInstanceNonceBytes) {
        return malformed("instance_nonce has 16 bytes", "instance_nonce");
    }
    if (auto good = check_signature(wire, *key, challenge, pool_key); !good) {
        return Failure(good.error());
    }
    return core::WorkerHello{.stream = stream,
                             .public_key = *key,
                             .protocol = std::min(wire.protocol_max(), handshake::kNewestProtocol),
                             .instance_nonce = wire.instance_nonce(),
                             .resume_token = wire.resume_token(),
                             .build = wire.build(),
                             .device = wire.device(),
                             .memory_bytes = wire.memory_bytes(),
                             .slots = wire.slots(),
                             .models = models_from(wire.models())};
}

v1::ConnectResponse to_wire(const core::WorkerMessage& message, const Links& links) {
    v1::ConnectResponse frame;
    std::visit([&](const auto& kind) { fill(kind, links, frame); }, message);
    return frame;
}

}  // namespace gotong::rpc
