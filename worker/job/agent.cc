#include "worker/job/agent.h"

#include <algorithm>
#include <utility>

#include "common/backoff/backoff.h"
#include "common/crypto/sha256.h"
#include "worker/job/offer_check.h"

namespace gotong::worker {
namespace {

// Often enough for a smooth bar, seldom enough that a fast GPU does not flood its pool.
constexpr auto kProgressEvery = 200ms;
// A contributor who stops the worker wants the machine now; a picture that is nearly done is worth
// this long, and so is the pool's ack.
constexpr auto kStopWithin = 10s;
// For the renderer to stop and for the last words; then the daemon leaves whatever happens.
constexpr auto kStopGrace = 5s;
// A renderer that fails at once must not eat the pool's jobs one a second.
constexpr Backoff kRest{.first = 1s, .most = 60s};
// A pool that allows less silence than a step may take would have every renderer killed.
constexpr auto kLeastPatience = 60s;
// More than a pool that answers ever leaves open.
constexpr std::size_t kMostFailures = 16;

bool goes_to_pool(const Action& action) {
    return std::visit(
        [](const auto& a) {
            using A = std::decay_t<decltype(a)>;
            return std::is_same_v<A, SendSnapshot> || std::is_same_v<A, SendOfferReply> ||
                   std::is_same_v<A, SendProgress> || std::is_same_v<A, SendUploadRequest> ||
                   std::is_same_v<A, SendResult> || std::is_same_v<A, SendFailure> ||
                   std::is_same_v<A, SendGoodbye>;
        },
        action);
}

Error contributor_stopped() {
    return {ErrorCode::unavailable, "the contributor stopped the worker", {}};
}

}  // namespace

Agent::Agent(const crypto::PublicKey& pool_key, std::uint32_t slots,
             const std::vector<KeptResult>& outbox, Now now)
    : pool_key_(pool_key), slots_(slots) {
    for (const KeptResult& result : outbox) {
        seen_.note(result.lease);
        deliveries_.add(result, now.monotonic);
    }
}

Actions Agent::step(Event event, Now now) {
    std::visit([&](auto& e) { on(e, now); }, event);
    if (stop_by_) go_on_stopping(now);
    if (connected_) deliveries_.pump(now.monotonic, actions_);
    if (connected_ && (changed_ || now.monotonic >= next_snapshot_)) send_snapshot(now);
    return take_actions();
}

Monotonic Agent::deadline() const {
    Monotonic soonest = Monotonic::max();
    if (connected_) soonest = std::min(next_snapshot_, deliveries_.deadline());
    if (rests_until_ != Monotonic{}) soonest = std::min(soonest, rests_until_);
    if (stop_by_) {
        const bool waits_for_renderer_alone = !renders_.empty() && renders_.are_all_stopped();
        soonest = std::min(soonest, *stop_by_ + (waits_for_renderer_alone ? kStopGrace : 0s));
    }
    return soonest;
}

void Agent::on(const SessionUp& event, Now now) {
    connected_ = true;
    changed_ = true;
    heartbeat_idle_ = event.heartbeat_idle;
    heartbeat_busy_ = event.heartbeat_busy;
    models_ = event.models;
    for (const std::string& digest : withdrawn_)
        std::erase_if(models_, [&](const UsableModel& model) { return model.digest == digest; });
    for (const SendFailure& failure : failures_) actions_.push_back(failure);
    deliveries_.start_over(now.monotonic);
}

void Agent::on(const SessionDown&, Now) { connected_ = false; }

// What is rendering has no taker any more. The outbox keeps what it has: an operator may change his
// mind.
void Agent::on(const SentAway& event, Now) {
    connected_ = false;
    for (auto& [lease, render] : renders_.all())
        stop_render(render, {ErrorCode::cancelled, event.reason, {}});
    actions_.push_back(Leave{event.reason});
}

void Agent::on(const OfferArrived& event, Now now) {
    const Render* const known = renders_.find(event.lease);
    if (known && !known->stopped) {
        actions_.push_back(SendOfferReply{.lease = event.lease, .accepted = true});
        return;
    }
    Result<Job> job = judge(event, now);
    if (!job) return decline(event.lease, job.error().message, now);
    actions_.push_back(SendOfferReply{.lease = event.lease, .accepted = true});
    actions_.push_back(StartRender{*job});
    renders_.add(std::move(*job), now.monotonic);
    changed_ = true;
}

Result<Job> Agent::judge(const OfferArrived& event, Now now) {
    if (stop_by_) return fail(ErrorCode::unavailable, "the contributor is stopping this worker");
    if (free_slots(now) == 0) return fail(ErrorCode::unavailable, "no free slot");
    Result<Offer> offer = check_offer(event.envelope, event.lease, pool_key_);
    if (!offer) return Failure{offer.error()};
    const auto model = std::ranges::find(models_, offer->model_digest, &UsableModel::digest);
    if (model == models_.end())
        return fail(ErrorCode::failed_precondition, "this worker does not hold model " +
                                                        offer->spec.model + " (" +
                                                        offer->model_digest.substr(0, 12) + ")");
    if (!seen_.note(event.lease))
        return fail(ErrorCode::already_exists, "this attempt or a later one was offered before");
    return Job{.lease = event.lease,
               .offer = std::move(*offer),
               .offer_sha256 = crypto::sha256(as_bytes(event.envelope.payload)),
               .leased = now.wall,
               .patience = std::max<std::chrono::milliseconds>(event.patience, kLeastPatience),
               .preview = model->preview,
               .inputs = event.inputs,
               .model_dir = {},
               .original = {},
               .trace = event.trace};
}

void Agent::decline(const Lease& lease, std::string reason, Now now) {
    const auto rest = std::max(rests_until_ - now.monotonic, Monotonic::duration{0});
    actions_.push_back(Tell{false, "declined an offer", lease, reason});
    actions_.push_back(
        SendOfferReply{.lease = lease,
                       .accepted = false,
                       .reason = std::move(reason),
                       .retry_after = std::chrono::duration_cast<std::chrono::milliseconds>(rest)});
}

void Agent::on(const DesiredArrived& event, Now now) {
    for (const Lease& lease : event.cancel) {
        if (Render* const render = renders_.find(lease))
            stop_render(*render, {ErrorCode::cancelled, "the pool cancelled the job", {}});
        if (!deliveries_.holds(lease)) continue;
        deliveries_.remove(lease);
        actions_.push_back(DropKept{lease});
        changed_ = true;
    }
    for (const Lease& lease : event.resend) deliveries_.send_again(lease, now.monotonic);
}

void Agent::on(const UploadGranted& event, Now now) {
    deliveries_.granted(event, now.monotonic, actions_);
}

void Agent::on(const UploadEnded& event, Now now) {
    deliveries_.upload_ended(event, now.monotonic, actions_);
}

void Agent::on(const ResultAcked& event, Now) {
    const auto forgotten = std::erase_if(
        failures_, [&](const SendFailure& failure) { return failure.lease == event.lease; });
    const bool ends_delivery = event.verdict != Verdict::noted && deliveries_.holds(event.lease);
    if (forgotten == 0 && !ends_delivery) return;
    changed_ = true;
    if (!ends_delivery) return;
    deliveries_.remove(event.lease);
    actions_.push_back(DropKept{event.lease});
    if (event.verdict == Verdict::rejected)
        actions_.push_back(Tell{true, "the pool rejected a picture", event.lease, event.reason});
    else
        actions_.push_back(Tell{false, "delivered a picture", event.lease, event.reason});
}

void Agent::on(StepDone& event, Now now) {
    Render* const render = renders_.find(event.lease);
    if (!render || render->stopped) return;
    const bool is_new_phase = render->phase != event.phase;
    render->phase = event.phase;
    render->step = event.step;
    if (event.phase == Phase::rendering) render->pace.note(event.step, event.steps, now.monotonic);
    if (!is_new_phase && now.monotonic - render->told < kProgressEvery) return;
    render->told = now.monotonic;
    actions_.push_back(SendProgress{.lease = event.lease,
                                    .phase = event.phase,
                                    .step = event.step,
                                    .steps = event.steps,
                                    .preview_png = std::move(event.preview_png)});
}

void Agent::on(const RenderEnded& event, Now now) {
    const std::optional<Render> render = renders_.take(event.lease);
    if (!render) return;
    changed_ = true;
    const bool is_unwanted = render->stopped && render->stopped->code == ErrorCode::cancelled;
    if (event.result && is_unwanted) {
        actions_.push_back(DropKept{event.lease});
    } else if (event.result) {
        failed_in_a_row_ = 0;
        deliveries_.add({event.lease, *event.result}, now.monotonic);
    } else if (!is_unwanted) {
        end_failed(*render, render->stopped.value_or(event.result.error()), now);
    }
}

// Failures that say nothing about the job hand it back as `unavailable`, so that nobody is blamed.
void Agent::end_failed(const Render& render, Error error, Now now) {
    if (error.code == ErrorCode::data_loss) {
        withdraw(render.job.offer.model_digest);
        error.code = ErrorCode::unavailable;
    }
    if (!render.stopped) {
        actions_.push_back(Tell{true, "a job failed", render.job.lease, error.message});
        rests_until_ = now.monotonic + backoff_delay(kRest, ++failed_in_a_row_, 0.0);
    }
    SendFailure failure{render.job.lease, std::move(error)};
    actions_.push_back(failure);
    failures_.push_back(std::move(failure));
    if (failures_.size() > kMostFailures) failures_.pop_front();
}

void Agent::withdraw(const std::string& digest) {
    withdrawn_.push_back(digest);
    std::erase_if(models_, [&](const UsableModel& model) { return model.digest == digest; });
}

void Agent::on(const PlacesChanged& event, Now) {
    if (places_ == event.places) return;
    places_ = event.places;
    changed_ = true;
}

void Agent::on(const StopAsked&, Now now) {
    if (stop_by_) {
        actions_.push_back(Leave{});
        return;
    }
    stop_by_ = now.monotonic + kStopWithin;
    changed_ = true;
    for (auto& [lease, render] : renders_.all()) {
        const auto remaining = render.pace.remaining(now.monotonic);
        if (!remaining || *remaining > kStopWithin) stop_render(render, contributor_stopped());
    }
}

void Agent::on(const Tick&, Now now) {
    if (rests_until_ == Monotonic{} || now.monotonic < rests_until_) return;
    rests_until_ = {};
    changed_ = true;
}

void Agent::stop_render(Render& render, Error why) {
    if (render.stopped) return;
    render.stopped = std::move(why);
    changed_ = true;  // The Snapshot acknowledges it.
    actions_.push_back(StopRender{render.job.lease});
}

std::uint32_t Agent::free_slots(Now now) const {
    const auto taken = static_cast<std::uint32_t>(renders_.size());
    if (stop_by_ || now.monotonic < rests_until_ || taken >= slots_) return 0;
    return slots_ - taken;
}

void Agent::go_on_stopping(Now now) {
    const bool is_late = now.monotonic >= *stop_by_;
    const bool is_over = now.monotonic >= *stop_by_ + kStopGrace;
    if (is_late)
        for (auto& [lease, render] : renders_.all()) stop_render(render, contributor_stopped());
    const bool is_delivering =
        connected_ && !is_late && !(deliveries_.empty() && failures_.empty());
    if (!is_over && (!renders_.empty() || is_delivering)) return;
    actions_.push_back(SendGoodbye{"the contributor stopped the worker"});
    actions_.push_back(Leave{});
}

void Agent::send_snapshot(Now now) {
    actions_.push_back(SendSnapshot{.free_slots = free_slots(now),
                                    .held = renders_.held(),
                                    .outbox = deliveries_.leases(),
                                    .draining = stop_by_.has_value(),
                                    .models = models_,
                                    .places = usable_places()});
    next_snapshot_ = now.monotonic + (renders_.empty() ? heartbeat_idle_ : heartbeat_busy_);
    changed_ = false;
}

// The pool is told nothing of models that it does not render with.
std::vector<ModelPlace> Agent::usable_places() const {
    std::vector<ModelPlace> usable;
    for (const ModelPlace& place : places_) {
        if (std::ranges::find(models_, place.digest, &UsableModel::digest) != models_.end())
            usable.push_back(place);
    }
    return usable;
}

// What cannot be sent is dropped here: the next SessionUp says it all again.
Actions Agent::take_actions() {
    if (!connected_) std::erase_if(actions_, goes_to_pool);
    return std::exchange(actions_, {});
}

}  // namespace gotong::worker
