#include "tests/support/core/worker.h"

#include <utility>

#include "common/bytes.h"
#include "common/crypto/sha256.h"
#include "common/offer/offer.h"
#include "tests/support/core/statement.h"

namespace gotong::test {
namespace {

constexpr std::uint64_t kPictureBytes = 1'000;

Digest enrolment_digest(Pool& pool, const crypto::SigningKey& key) {
    const auto worker = pool.core().worker(key.public_key()).value();
    return crypto::sha256(as_bytes(receipt::parse_envelope(worker.enrolment).value().payload));
}

template <class List, class Token>
void erase_lease(List& list, const Token& token) {
    std::erase_if(list, [&](const auto& entry) {
        if constexpr (std::is_same_v<typename List::value_type, core::HeldLease>) {
            return entry.lease == token;
        } else {
            return entry == token;
        }
    });
}

}  // namespace

receipt::RenderStatement statement_for(Pool& pool, const core::OfferJob& offer,
                                       const crypto::SigningKey& key) {
    const std::string model_digest = parse_offer(offer.offer.payload).value().model_digest;
    return claim_about(offer, {.key_id = crypto::key_id(key.public_key()),
                               .enrolment_sha256 = enrolment_digest(pool, key),
                               .files = pool.files_of(model_digest)});
}

Worker::Worker(Pool& pool, std::uint8_t number, std::vector<core::OfferedModel> offered,
               std::uint32_t slots, Enrolled)
    : models(std::move(offered)),
      pool_(pool),
      number_(number),
      key_(key_from(number)),
      id_(crypto::worker_id_of(key_.public_key())),
      slots_(slots) {}

Worker::Worker(Pool& pool, std::uint8_t number, std::vector<core::OfferedModel> offered,
               std::uint32_t slots)
    : Worker(pool, number, std::move(offered), slots, Enrolled{}) {
    const Digest invite = digest_of("invite of worker " + std::to_string(number));
    (void)pool.ask(core::AddInvite{.reply = 0, .token_hash = invite, .valid_for = 1h}).value();
    (void)pool
        .ask(core::Enrol{.reply = 0,
                         .invite_hash = invite,
                         .public_key = key_.public_key(),
                         .name = "worker " + std::to_string(number)})
        .value();
}

Worker Worker::with_same_key() const { return {pool_, number_, models, slots_, Enrolled{}}; }

void Worker::connect() {
    hello();
    snapshot();
}

void Worker::hello() {
    stream_ = pool_.next_stream();
    connected_in_ = pool_.starts();
    is_closed_ = false;
    core::WorkerHello hello;
    hello.stream = stream_;
    hello.protocol = protocol;
    hello.public_key = key_.public_key();
    hello.instance_nonce = instance;
    hello.resume_token = resume_token;
    hello.device = "cpu";
    hello.slots = slots_;
    hello.models = models;
    pool_.step(hello);
    for (const core::WorkerMessage& message : pool_.said_on(stream_)) {
        if (const auto* welcome = std::get_if<core::Welcome>(&message)) {
            resume_token = welcome->resume_token;
        }
    }
}

bool Worker::is_welcome() const {
    return stream_ != 0 && !is_closed_ && connected_in_ == pool_.starts();
}

void Worker::snapshot() {
    const auto busy = static_cast<std::uint32_t>(held.size());
    pool_.step(core::WorkerSnapshot{.stream = stream_,
                                    .free_slots = slots_ > busy ? slots_ - busy : 0,
                                    .held = held,
                                    .outbox = outbox,
                                    .draining = draining,
                                    .models = models,
                                    .places = places});
}

void Worker::drop() {
    pool_.step(core::StreamClosed{stream_});
    stream_ = 0;
}

void Worker::restart() {
    if (stream_ != 0) drop();
    held.clear();
    resume_token.clear();
    connect();
}

void Worker::accept(const core::OfferJob& offer) {
    held.push_back({offer.lease, core::Phase::loading, 0});
    pool_.step(core::OfferReply{.stream = stream_,
                                .lease = offer.lease,
                                .accepted = true,
                                .reason = "",
                                .retry_after = 0ms});
}

void Worker::decline(const core::OfferJob& offer, std::chrono::milliseconds retry_after) {
    pool_.step(core::OfferReply{.stream = stream_,
                                .lease = offer.lease,
                                .accepted = false,
                                .reason = "its owner plays a game",
                                .retry_after = retry_after});
}

void Worker::progress(const core::LeaseToken& lease, std::uint32_t step) {
    for (core::HeldLease& entry : held) {
        if (entry.lease == lease) entry = {lease, core::Phase::rendering, step};
    }
    pool_.step(core::WorkerProgress{.stream = stream_,
                                    .lease = lease,
                                    .phase = core::Phase::rendering,
                                    .step = step,
                                    .steps = 25,
                                    .preview_png = ""});
}

void Worker::finish(const core::OfferJob& offer) {
    erase_lease(held, offer.lease);
    erase_lease(outbox, offer.lease);
    outbox.push_back(offer.lease);
    send(offer, statement_for(pool_, offer, key_));
}

void Worker::send(const core::OfferJob& offer, const receipt::RenderStatement& statement,
                  Result<> verdict) {
    const std::string payload =
        "statement of " + offer.lease.job.to_hex() + " " + std::to_string(offer.lease.attempt);
    pool_.step(
        core::ResultVerified{.stream = stream_,
                             .lease = offer.lease,
                             .envelope = receipt::sign_envelope("test", payload, key_),
                             .statement = statement,
                             .statement_sha256 = digest_of(payload),
                             .blob_sha256 = digest_of("picture of " + offer.lease.job.to_hex()),
                             .blob_size = kPictureBytes,
                             .verdict = std::move(verdict)});
}

void Worker::fail(const core::LeaseToken& lease, ErrorCode code) {
    erase_lease(held, lease);
    pool_.step(core::AttemptFailed{
        .stream = stream_, .lease = lease, .error = Error{code, "the renderer says no", {}}});
}

std::vector<core::WorkerMessage> Worker::take() {
    std::vector<core::WorkerMessage> messages = std::exchange(pool_.said_on(stream_), {});
    for (const core::WorkerMessage& message : messages) {
        if (const auto* desired = std::get_if<core::Desired>(&message)) {
            for (const core::LeaseToken& token : desired->cancel) erase_lease(held, token);
        } else if (std::holds_alternative<core::CloseStream>(message)) {
            is_closed_ = true;
        } else if (const auto* ack = std::get_if<core::AckResult>(&message)) {
            erase_lease(outbox, ack->lease);
        }
    }
    return messages;
}

}  // namespace gotong::test
