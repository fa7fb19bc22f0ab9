#include "worker/render_child/line.h"

#include <gotong/v1/renderer.pb.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace gotong::render_child {
namespace {

// How soon a child that hangs is seen to.
constexpr auto kLookEvery = 200ms;
// The longest single step tried (SD 1.5 at 768x768 on two old cores) takes 40 s; a step of several
// pictures takes that much for each.
constexpr auto kCancelWithin = 60s;
// A child whose steps are known to be quicker is not waited for that long: the decoding, which does
// not stop half way, takes about as long as a step.
constexpr int kStepsToCancel = 4;
constexpr Monotonic::duration kLeastCancel = 5s;
// A child whose socket broke is about to end by itself: let it say how.
constexpr int kEndGraceMs = 500;

Monotonic now() { return std::chrono::steady_clock::now(); }

Failure broke(const std::string& how) { return fail(ErrorCode::data_loss, how); }

Failure silent_for(std::chrono::milliseconds patience) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(patience);
    return broke("the renderer said nothing for " + std::to_string(seconds.count()) + " s");
}

}  // namespace

void Line::attend() {
    while (true) {
        const auto frame = child_.socket.receive(kLookEvery);
        Result<> sound = frame ? Result<>{} : Result<>{Failure{frame.error()}};
        if (frame && *frame) sound = take(**frame);
        if (sound) sound = look_at_the_clock();
        if (!sound) return end_all({ErrorCode::internal, death_by(sound.error()), {}});
    }
}

// Sees to it that the child is dead, and tells how that came.
std::string Line::death_by(const Error& error) {
    if (error.code == ErrorCode::unavailable)
        return "the renderer " + child_.process.end(kEndGraceMs);
    child_.process.end(0);
    return error.message + " and was killed";
}

Result<> Line::take(const std::string& frame) {
    v1::RendererEvent event;
    if (!event.ParseFromString(frame)) return broke("the renderer sent an unreadable frame");
    if (event.has_loaded()) tell_loaded(event);
    const std::lock_guard lock{mutex_};
    heard_ = now();
    const auto found = talks_.find(event.tag());
    if (found == talks_.end()) return {};  // Late words about an earlier job.
    if (event.has_progress()) note_progress(*found->second);
    auto ending = found->second->conversation.take(event);
    if (!ending) return {};
    if (ending->child_is_dead) return broke(ending->result.error().message);
    found->second->ending = std::move(ending);
    talks_.erase(found);
    changed_.notify_all();
    return {};
}

void Line::tell_loaded(const v1::RendererEvent& event) const {
    if (!on_loaded_) return;
    constexpr double kMostMs = 1e9;  // A week and a half: no sum overflows.
    std::vector<LoadedModel> models;
    for (const auto& model : event.loaded().models()) {
        const double ms = model.load_ms() > 0 ? std::min(model.load_ms(), kMostMs) : 0.0;
        models.push_back({model.model_dir(),
                          std::chrono::milliseconds{static_cast<std::int64_t>(std::ceil(ms))}});
    }
    on_loaded_(models);
}

void Line::note_progress(Talk& talk) {
    const Monotonic told = now();
    if (talk.told) talk.slowest = std::max(talk.slowest, told - *talk.told);
    talk.told = told;
}

Monotonic::duration Line::cancel_within(const Talk& talk) const {
    const Monotonic::duration most = kCancelWithin * talks_.size();
    if (talk.slowest == Monotonic::duration{0}) return most;  // No two words yet.
    return std::clamp(talk.slowest * kStepsToCancel, kLeastCancel, most);
}

Result<> Line::look_at_the_clock() {
    const std::lock_guard lock{mutex_};
    for (auto& [tag, talk] : talks_) {
        if (talk->cancel_by && now() >= *talk->cancel_by)
            return broke("the renderer did not stop a job");
        if (now() - std::max(heard_, talk->since) >= talk->patience)
            return silent_for(talk->patience);
    }
    return {};
}

void Line::end_all(const Error& error) {
    const std::lock_guard lock{mutex_};
    death_ = error;
    for (auto& [tag, talk] : talks_) talk->ending = Ending{Failure{error}, true};
    talks_.clear();
    changed_.notify_all();
}

bool Line::is_dead() {
    const std::lock_guard lock{mutex_};
    return death_.has_value();
}

Ending Line::converse(const worker::Job& job, const std::stop_token& stop,
                      const worker::OnProgress& on_progress) {
    std::unique_lock lock{mutex_};
    if (death_) return {Failure{*death_}, true};
    const std::uint64_t tag = ++last_tag_;
    Talk talk{{tag, job, child_.facts, on_progress}, job.patience, now()};
    talks_.emplace(tag, &talk);
    lock.unlock();
    send(talk.conversation.render());
    await(talk, stop);
    return std::move(*talk.ending);
}

void Line::await(Talk& talk, const std::stop_token& stop) {
    const auto has_ended = [&] { return talk.ending.has_value(); };
    std::unique_lock lock{mutex_};
    if (changed_.wait(lock, stop, has_ended)) return;
    talk.cancel_by = now() + cancel_within(talk);
    lock.unlock();
    send(talk.conversation.cancel());
    lock.lock();
    changed_.wait(lock, has_ended);
}

// A broken socket shows at the next receive.
void Line::send(const std::string& frame) {
    const std::lock_guard lock{sending_};
    [[maybe_unused]] const Result<> sent = child_.socket.send(frame);
}

}  // namespace gotong::render_child
