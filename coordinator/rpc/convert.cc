#include "coordinator/rpc/convert.h"

#include <algorithm>

#include "common/bytes.h"
#include "common/crypto/digest.h"

namespace gotong::rpc {
namespace {

template <class Value>
std::optional<Value> optional_of(bool present, Value value) {
    return present ? std::optional<Value>{value} : std::nullopt;
}

// What is beyond every bound stays so, and within what can be reckoned with.
std::chrono::milliseconds time_from(std::uint64_t ms) {
    constexpr std::uint64_t kMost = std::uint64_t{1} << 50U;
    return std::chrono::milliseconds{static_cast<std::int64_t>(std::min(ms, kMost))};
}

std::uint64_t in_ms(std::chrono::milliseconds time) {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(time.count(), 0));
}

v1::JobState to_wire(job::State state) {
    switch (state) {
        case job::State::queued:
            return v1::JOB_STATE_QUEUED;
        case job::State::running:
            return v1::JOB_STATE_RUNNING;
        case job::State::done:
            return v1::JOB_STATE_DONE;
        case job::State::failed:
            return v1::JOB_STATE_FAILED;
        case job::State::cancelled:
            return v1::JOB_STATE_CANCELLED;
    }
    return v1::JOB_STATE_UNSPECIFIED;
}

job::OriginalDraft original_from(const v1::OriginalSpec& wire) {
    return {.picture_sha256 = wire.picture_sha256(),
            .mask_sha256 = wire.mask_sha256(),
            .strength = optional_of(wire.has_strength(), wire.strength()),
            .strength_rule = wire.strength_rule()};
}

v1::OriginalSpec to_wire(const Original& original) {
    v1::OriginalSpec wire;
    wire.set_picture_sha256(std::string(as_text(original.picture)));
    if (original.mask) wire.set_mask_sha256(std::string(as_text(*original.mask)));
    wire.set_strength(original.strength);
    wire.set_strength_rule(std::string(sampling::name_of(original.rule)));
    return wire;
}

std::uint64_t unix_ms(WallTime time) {
    return static_cast<std::uint64_t>(time.time_since_epoch().count());
}

v1::Picture picture_of(const job::Job& job, const Links& links) {
    v1::Picture wire;
    wire.set_sha256(std::string(as_text(job.picture.sha256)));
    wire.set_size(job.picture.size);
    wire.set_receipt(job.picture.bundle);
    if (job.picture_removed) {
        wire.set_removed_unix_ms(unix_ms(*job.picture_removed));
        return wire;
    }
    wire.set_blob_url(links.blob(job.picture.sha256));
    wire.set_picture_url(links.picture(job.id));
    return wire;
}

}  // namespace

Result<JobId> job_id_from(std::string_view hex) {
    if (const auto id = JobId::from_hex(hex)) return *id;
    return fail(ErrorCode::invalid_argument,
                "job_id must be the 32 lower-case hexadecimal digits that Submit answered with",
                "job_id");
}

job::SpecDraft draft_from(const v1::RenderSpec& wire) {
    return {.model = wire.model(),
            .prompt = wire.prompt(),
            .negative_prompt = wire.negative_prompt(),
            .width = optional_of(wire.has_width(), wire.width()),
            .height = optional_of(wire.has_height(), wire.height()),
            .steps = optional_of(wire.has_steps(), wire.steps()),
            .guidance = optional_of(wire.has_guidance(), wire.guidance()),
            .sampler = wire.sampler(),
            .schedule = wire.schedule(),
            .seed = optional_of(wire.has_seed(), wire.seed()),
            .is_private = wire.private_(),
            .original =
                wire.has_original() ? std::optional{original_from(wire.original())} : std::nullopt};
}

job::Submission submission_from(const v1::SubmitRequest& wire) {
    return {.account = {},
            .idempotency_key = wire.idempotency_key(),
            .spec = draft_from(wire.spec()),
            .count = std::max(wire.count(), 1U),
            .start_in = time_from(wire.start_in_ms()),
            .expires_in = time_from(wire.expires_in_ms()),
            .priority = wire.priority()};
}

v1::RenderSpec to_wire(const RenderSpec& spec) {
    v1::RenderSpec wire;
    wire.set_model(spec.model);
    wire.set_prompt(spec.prompt);
    wire.set_negative_prompt(spec.negative_prompt);
    wire.set_width(spec.width);
    wire.set_height(spec.height);
    wire.set_steps(spec.steps);
    wire.set_guidance(spec.guidance);
    wire.set_sampler(spec.sampler);
    wire.set_schedule(spec.schedule);
    wire.set_seed(spec.seed);
    wire.set_private_(spec.is_private);
    if (spec.original) *wire.mutable_original() = to_wire(*spec.original);
    return wire;
}

v1::Envelope to_wire(const receipt::Envelope& envelope) {
    v1::Envelope wire;
    wire.set_payload_type(envelope.payload_type);
    wire.set_payload(envelope.payload);
    for (const auto& signature : envelope.signatures) {
        auto* added = wire.add_signatures();
        added->set_keyid(signature.key_id);
        added->set_sig(std::string(as_text(signature.signature.bytes)));
    }
    return wire;
}

Result<receipt::Envelope> envelope_from(const v1::Envelope& wire) {
    receipt::Envelope envelope{
        .payload_type = wire.payload_type(), .payload = wire.payload(), .signatures = {}};
    for (const auto& signature : wire.signatures()) {
        receipt::EnvelopeSignature added{.key_id = signature.keyid(), .signature = {}};
        auto& bytes = added.signature.bytes;
        if (signature.sig().size() != bytes.size()) {
            return fail(ErrorCode::invalid_argument, "an Ed25519 signature has 64 bytes", "sig");
        }
        std::ranges::copy(as_bytes(signature.sig()), bytes.begin());
        envelope.signatures.push_back(std::move(added));
    }
    return envelope;
}

v1::Job to_wire(const core::JobView& view, const Links& links) {
    const job::Job& job = view.job;
    v1::Job wire;
    wire.set_job_id(job.id.to_hex());
    wire.set_request_id(job.request.to_hex());
    wire.set_state(to_wire(job.state));
    *wire.mutable_spec() = to_wire(job.spec);
    wire.set_attempt(job.attempt);
    wire.set_step(view.step);
    wire.set_price_micro_credits(static_cast<std::uint64_t>(job.price.micro));
    wire.set_failure(job.failure);
    wire.set_queue_position(view.queue_position);
    if (view.eta) {
        wire.set_eta_low_ms(in_ms(view.eta->low));
        wire.set_eta_high_ms(in_ms(view.eta->high));
    }
    wire.set_age_ms(in_ms(view.age));
    wire.set_starts_in_ms(in_ms(view.starts_in));
    wire.set_expires_in_ms(in_ms(view.expires_in));
    wire.set_priority(job.priority);
    wire.set_trace_id(trace::text_of(job.trace));
    if (job.body_removed) wire.set_prompts_removed_unix_ms(unix_ms(*job.body_removed));
    if (job.state == job::State::done) *wire.mutable_picture() = picture_of(job, links);
    return wire;
}

std::string raw_digest(std::string_view hex) {
    const auto digest = crypto::digest_from_hex(hex);
    return digest ? std::string(as_text(*digest)) : std::string{};
}

}  // namespace gotong::rpc
