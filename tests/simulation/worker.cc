#include "tests/simulation/worker.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "common/bytes.h"
#include "common/crypto/sha256.h"
#include "common/handshake/handshake.h"
#include "tests/simulation/liar.h"
#include "tests/simulation/world.h"
#include "tests/support/core/statement.h"

namespace gotong::simulation {
namespace {

constexpr milliseconds kSilence{60'000};  // Without a word from the pool: a new stream.
constexpr std::uint64_t kPictureBytes = 1'000;

// Making keys takes longer than a whole seed: the same ones in every world.
const crypto::SigningKey& key_of(std::size_t number) {
    static const auto keys = [] {
        std::vector<crypto::SigningKey> all;
        for (std::uint8_t i = 0; i < 32; ++i)
            all.push_back(test::key_from(static_cast<std::uint8_t>(i + 1)));
        return all;
    }();
    return keys.at(number);
}

}  // namespace

Worker::Worker(World& world, std::size_t number, const WorkerPlan& plan)
    : world_(world),
      plan_(plan),
      number_(number),
      name_("worker " + std::to_string(number)),
      key_(key_of(number)),
      id_(crypto::worker_id_of(key_.public_key())),
      key_id_(crypto::key_id(key_.public_key())) {}

core::Enrol Worker::enrolment_request() const {
    return {.reply = 0,
            .invite_hash = test::digest_of("invite of " + name_),
            .public_key = key_.public_key(),
            .name = name_};
}

void Worker::note_enrolment(const core::Answer& answer) {
    enrolment_ = crypto::sha256(as_bytes(std::get<core::Enrolled>(answer).enrolment.payload));
}

void Worker::join() {
    const core::Enrol request = enrolment_request();
    (void)world_.ask(
        core::AddInvite{.reply = 0, .token_hash = request.invite_hash, .valid_for = 1h});
    note_enrolment(world_.ask(request));
}

void Worker::join_as_twin_of(const Worker& other) {
    enrolment_ = other.enrolment_;
    resume_token_ = other.resume_token_;
    outbox_ = other.outbox_;
    plan_troubles();
    switch_on();
}

void Worker::join_by_network() {
    const core::AddInvite invite{
        .reply = 0, .token_hash = enrolment_request().invite_hash, .valid_for = 1h};
    world_.network.ask(invite, [this](const Result<core::Answer>&) {
        world_.network.ask(enrolment_request(), [this](const Result<core::Answer>& answer) {
            if (!answer) return;
            note_enrolment(*answer);
            plan_troubles();
            switch_on();
        });
    });
}

void Worker::switch_on() {
    is_on_ = true;
    if (plan_.character == Character::slow) world_.coverage.saw("worker: slow");
    if (plan_.is_old) world_.coverage.saw("worker: old protocol");
    connect();
}

void Worker::after(milliseconds delay, std::function<void()> action) {
    world_.agenda.after(delay, [this, life = life_, action = std::move(action)]() mutable {
        if (life != life_) return;
        const auto now = world_.agenda.now();
        if (now >= asleep_until_) return action();
        after(std::chrono::ceil<milliseconds>(asleep_until_ - now), std::move(action));
    });
}

void Worker::say(core::Event event, bool is_sound) {
    if (stream_ != 0) world_.network.to_core(stream_, std::move(event), is_sound);
}

std::vector<core::OfferedModel> Worker::offered() const {
    std::vector<core::OfferedModel> offered;
    for (const store::CatalogueModel& model : models())
        offered.push_back({model.name, model.digest});
    return offered;
}

// ---- The stream ----

void Worker::connect() {
    if (!is_on_ || is_gone_) return;
    if (instance_ == 0) instance_ = ++world_.daemons;
    if (stream_ != 0) world_.network.close(stream_);
    stream_ = world_.network.open(*this);
    last_heard_ = world_.agenda.now();
    core::WorkerHello hello;
    hello.stream = stream_;
    hello.public_key = key_.public_key();
    hello.instance_nonce = std::to_string(instance_);
    hello.protocol = plan_.is_old ? handshake::kOldestProtocol : handshake::kNewestProtocol;
    hello.resume_token = resume_token_;
    hello.device = "cpu";
    hello.slots = plan_.slots;
    hello.models = offered();
    say(hello);
    heartbeat();
}

void Worker::reconnect_later() {
    stream_ = 0;
    const milliseconds most = std::min(milliseconds{500} * (1 << failures_to_connect_), 10'000ms);
    failures_to_connect_ = std::min(failures_to_connect_ + 1, 5);
    after(world_.chance.between(100ms, most), [this] {
        if (stream_ == 0) connect();
    });
}

void Worker::heartbeat() {
    after(is_idle() ? 30s : 5s, [this, stream = stream_] {
        if (stream != stream_ || stream == 0) return;
        if (world_.agenda.now() - last_heard_ > kSilence) return connect();
        snapshot();
        heartbeat();
    });
}

void Worker::snapshot() {
    core::WorkerSnapshot snapshot;
    snapshot.stream = stream_;
    const auto busy = static_cast<std::uint32_t>(held_.size());
    snapshot.free_slots = plan_.slots > busy ? plan_.slots - busy : 0;
    snapshot.draining = is_draining_;
    snapshot.models = offered();
    for (const auto& [lease, work] : held_) snapshot.held.push_back({lease, work.phase, work.step});
    for (const auto& [lease, kept] : outbox_) snapshot.outbox.push_back(lease);
    say(std::move(snapshot));
}

void Worker::closed(core::StreamId stream) {
    if (stream == stream_)
        after(0ms, [this, stream] {
            if (stream == stream_) reconnect_later();
        });
}

void Worker::hear(core::StreamId stream, const core::WorkerMessage& message) {
    after(0ms, [this, stream, message] { listen(stream, message); });
}

void Worker::listen(core::StreamId stream, const core::WorkerMessage& message) {
    if (stream != stream_) return;
    last_heard_ = world_.agenda.now();
    std::visit([&](const auto& it) { on(it); }, message);
}

void Worker::on(const core::Welcome& welcome) {
    resume_token_ = welcome.resume_token;
    failures_to_connect_ = 0;
    snapshot();
}

void Worker::on(const core::CloseStream& close) {
    if (close.reason.code == ErrorCode::failed_precondition)
        world_.coverage.saw("worker: turned away");
    if (close.reason.code == ErrorCode::permission_denied) {
        is_gone_ = true;
        held_.clear();
        outbox_.clear();
    }
    world_.network.close(stream_);
    reconnect_later();
}

// ---- Leases ----

void Worker::on(const core::OfferJob& offer) {
    if (held_.contains(offer.lease) || outbox_.contains(offer.lease)) return;
    const bool is_full = held_.size() >= plan_.slots;
    if (is_full || is_draining_ || (!world_.is_calm && world_.chance.one_in(12))) {
        world_.coverage.saw("worker: decline");
        return say(core::OfferReply{.stream = stream_,
                                    .lease = offer.lease,
                                    .accepted = false,
                                    .reason = "its owner plays a game",
                                    .retry_after = world_.chance.between(0ms, 20s)});
    }
    const auto kept = std::make_shared<const core::OfferJob>(offer);
    known_offers_[offer.lease] = kept;
    held_[offer.lease] = {.offer = kept,
                          .steps = static_cast<std::uint32_t>(3 + world_.chance.below(5))};
    say(core::OfferReply{.stream = stream_,
                         .lease = offer.lease,
                         .accepted = true,
                         .reason = "",
                         .retry_after = 0ms});
    after(world_.chance.between(200ms, 8s), [this, lease = offer.lease] { render(lease); });
}

void Worker::render(const core::LeaseToken& lease) {
    const auto found = held_.find(lease);
    if (found == held_.end()) return;
    found->second.phase = core::Phase::rendering;
    next_step(lease);
}

void Worker::next_step(const core::LeaseToken& lease) {
    const auto found = held_.find(lease);
    if (found == held_.end()) return;  // Cancelled.
    if (world_.agenda.now() < hangs_until_) {
        after(5s, [this, lease] { next_step(lease); });
        return;
    }
    Work& work = found->second;
    const bool is_flaky = plan_.character == Character::flaky && !world_.is_calm;
    if (is_flaky && world_.chance.one_in(10)) return fail(lease, ErrorCode::internal);
    if (!world_.is_calm && world_.chance.one_in(150)) return fail(lease, ErrorCode::unavailable);
    // A poisoned job fails wherever it is rendered.
    if (work.offer->offer.payload.find("poison") != std::string::npos)
        return fail(lease, ErrorCode::internal);
    if (work.step == work.steps) return finish(lease);
    ++work.step;
    say(core::WorkerProgress{.stream = stream_,
                             .lease = lease,
                             .phase = work.phase,
                             .step = work.step,
                             .steps = work.steps,
                             .preview_png = ""});
    after(world_.is_calm ? std::min(plan_.step_time, 2'000ms) : plan_.step_time,
          [this, lease] { next_step(lease); });
}

void Worker::fail(const core::LeaseToken& lease, ErrorCode code) {
    world_.coverage.saw("worker: failure");
    held_.erase(lease);
    say(core::AttemptFailed{
        .stream = stream_, .lease = lease, .error = Error{code, "the renderer says no", {}}});
}

void Worker::finish(const core::LeaseToken& lease) {
    outbox_[lease] = {.offer = held_.at(lease).offer, .order = ++results_};
    held_.erase(lease);
    ask_upload(lease);
}

void Worker::ask_upload(const core::LeaseToken& lease) {
    const auto kept = outbox_.find(lease);
    if (kept == outbox_.end()) return;
    const Digest sha256 = picture_of(*kept->second.offer);
    say(core::UploadAsked{.stream = stream_,
                          .lease = lease,
                          .sha256 = sha256,
                          .size = kPictureBytes,
                          .stored = world_.truth.blobs.contains(sha256)});
}

void Worker::on(const core::GrantUpload& grant) {
    after(world_.chance.between(10ms, 800ms), [this, grant] {
        if (!outbox_.contains(grant.lease)) return;
        if (!grant.stored && !world_.host.is_up()) return;  // It is granted again.
        if (grant.stored) world_.coverage.saw("worker: picture is there already");
        if (!grant.stored) world_.truth.blobs.insert(grant.sha256);
        send_result(grant.lease);
    });
}

// Alike prompts, alike pictures.
Digest Worker::picture_of(const core::OfferJob& offer) {
    return test::digest_of("picture of " + parse_offer(offer.offer.payload).value().spec.prompt);
}

std::shared_ptr<const core::OfferJob> Worker::some_offer() const {
    if (known_offers_.empty()) return nullptr;
    const auto number = world_.chance.below(known_offers_.size());
    return std::next(known_offers_.begin(), static_cast<std::ptrdiff_t>(number))->second;
}

core::ResultVerified Worker::result_of(const core::OfferJob& offer) const {
    const std::string name = offer.lease.job.to_hex();
    core::ResultVerified result;
    result.stream = stream_;
    result.lease = offer.lease;
    result.envelope.payload = "statement of " + name + std::to_string(offer.lease.attempt);
    const Offer asked = parse_offer(offer.offer.payload).value();
    const test::Claimant claimant{key_id_, enrolment_, files_of(asked.model_digest)};
    result.statement = test::claim_about(offer, claimant);
    result.statement_sha256 = test::digest_of(result.envelope.payload);
    result.blob_sha256 = test::digest_of("picture of " + asked.spec.prompt);
    result.statement.output.sha256 = result.blob_sha256;
    result.blob_size = kPictureBytes;
    return result;
}

void Worker::send_result(const core::LeaseToken& lease) {
    core::ResultVerified result = result_of(*outbox_.at(lease).offer);
    if (!world_.is_calm && world_.chance.one_in(30)) {
        world_.coverage.saw("pool: a disk that does not answer");
        result.verdict = gotong::fail(ErrorCode::unavailable, "the picture cannot be read now");
    }
    say(std::move(result));
}

void Worker::on(const core::AckResult& ack) {
    outbox_.erase(ack.lease);
    held_.erase(ack.lease);
}

void Worker::on(const core::Desired& desired) {
    for (const core::LeaseToken& lease : desired.cancel) held_.erase(lease);
    for (const core::LeaseToken& lease : desired.resend) ask_upload(lease);
}

// ---- Trouble ----

void Worker::plan_troubles() {
    world_.every(world_.plan.worker_trouble_every, [this] { trouble(); });
    world_.every(world_.plan.network.cut_every, [this] {
        if (stream_ != 0) world_.network.cut(stream_);
    });
    world_.every(world_.plan.network.partition_every,
                 [this] { world_.network.part(*this, world_.chance.between(1s, 200s)); });
}

void Worker::trouble() {
    if (!is_on_ || is_gone_) return;
    switch (world_.chance.below(5)) {
        case 0:
            return crash();
        case 1:
            return sleep(world_.chance.between(1s, 60s));
        case 2:
            world_.coverage.saw("worker: pause beyond the lease");
            return sleep(world_.chance.between(190s, 300s));
        case 3:
            world_.coverage.saw("worker: hang");
            hangs_until_ = world_.agenda.now() + world_.chance.between(20s, 400s);
            return;
        default:
            return drain();
    }
}

// Memory is gone; the outbox is on disk, but for what was being written.
void Worker::crash() {
    world_.coverage.saw("worker: crash");
    ++life_;
    instance_ = 0;
    if (stream_ != 0) world_.network.cut(stream_);
    stream_ = 0;
    held_.clear();
    resume_token_.clear();
    is_draining_ = false;
    asleep_until_ = {};
    hangs_until_ = {};
    if (!outbox_.empty()) {
        const auto newest = std::ranges::max_element(
            outbox_, {}, [](const auto& entry) { return entry.second.order; });
        const bool is_torn = world_.chance.one_in(3);
        world_.coverage.saw(is_torn ? "worker: torn outbox" : "worker: outbox survived");
        if (is_torn) outbox_.erase(newest);
    }
    after(world_.chance.between(1s, 90s), [this] { connect(); });
}

void Worker::sleep(milliseconds duration) {
    asleep_until_ = std::max(asleep_until_, world_.agenda.now() + duration);
}

void Worker::drain() {
    world_.coverage.saw("worker: drain");
    is_draining_ = true;
    snapshot();
    after(world_.chance.between(5s, 40s), [this] {
        world_.coverage.saw("worker: goodbye");
        say(core::WorkerGoodbye{stream_});
        held_.clear();
        if (stream_ != 0) world_.network.close(stream_);
        stream_ = 0;
        resume_token_.clear();
        instance_ = 0;
        after(world_.chance.between(5s, 60s), [this] {
            is_draining_ = false;
            connect();
        });
    });
}

void Worker::calm_down() {
    hangs_until_ = {};
    asleep_until_ = {};
    if (plan_.is_twin) leave();
}

void Worker::leave() {
    is_gone_ = true;
    if (stream_ != 0) world_.network.cut(stream_);
    stream_ = 0;
    held_.clear();
    outbox_.clear();
}

std::unique_ptr<Worker> make_worker(World& world, std::size_t number, const WorkerPlan& plan) {
    if (plan.character == Character::liar) return std::make_unique<Liar>(world, number, plan);
    return std::make_unique<Worker>(world, number, plan);
}

}  // namespace gotong::simulation
