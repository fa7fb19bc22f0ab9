#include "coordinator/rpc/dialogue.h"

#include <utility>

#include "common/bytes.h"
#include "common/crypto/random.h"
#include "common/crypto/sign.h"
#include "common/log/log.h"
#include "common/log/throttle.h"
#include "coordinator/rpc/field_limits.h"
#include "coordinator/rpc/result_desk.h"
#include "coordinator/rpc/worker_frames.h"

namespace gotong::rpc {
namespace {

// What the core's memory of workers says of a key, in words for the contributor.
Result<> check_enrolled(const core::Core& core, const crypto::PublicKey& key) {
    const auto worker = core.worker(key);
    if (!worker) {
        return fail(
            ErrorCode::permission_denied,
            "this worker is not enrolled here; ask the pool's operator for an invite and run "
            "`gotong-worker join INVITE`",
            "public_key");
    }
    if (worker->revoked) {
        return fail(ErrorCode::permission_denied,
                    "the pool's operator has revoked this worker's key; joining again takes a new "
                    "invite and a new --data folder",
                    "public_key");
    }
    return {};
}

template <class Event>
Result<core::Event> event_of(Result<Event> event) {
    if (!event) return Failure(event.error());
    return core::Event{*std::move(event)};
}

}  // namespace

Dialogue::Dialogue(const Edge& edge, WorkerStreams& streams, ResultDesk& results)
    : edge_(edge), streams_(streams), results_(results) {
    crypto::fill(challenge_);
}

v1::ConnectResponse Dialogue::challenge() const {
    v1::ConnectResponse frame;
    frame.mutable_challenge()->set_nonce(std::string(as_text(challenge_)));
    return frame;
}

Result<> Dialogue::take(const v1::ConnectRequest& frame) {
    if (auto checked = check_lengths(frame); !checked) return checked;
    if (key_) return take_greeted(frame);
    if (frame.has_hello()) return take_hello(frame.hello());
    return fail(ErrorCode::invalid_argument, "the first frame of a stream must be a hello",
                "hello");
}

Result<> Dialogue::take_hello(const v1::Hello& hello) {
    auto event = hello_from(hello, id_, as_text(challenge_), edge_.pool_key);
    if (!event) return Failure(event.error());
    key_ = event->public_key;
    greeted_ = true;
    return post([id = id_, &streams = streams_, event = *std::move(event)](loop::Turn& turn) {
        if (const auto enrolled = check_enrolled(turn.core(), event.public_key); !enrolled) {
            return turn.after_commit(
                [&streams, id, error = enrolled.error()] { streams.end(id, error); });
        }
        turn.step(event);
    });
}

Result<> Dialogue::take_greeted(const v1::ConnectRequest& frame) {
    switch (frame.frame_case()) {
        case v1::ConnectRequest::kSnapshot:
            return post(event_of(snapshot_from(frame.snapshot(), id_)));
        case v1::ConnectRequest::kOfferReply:
            return post(event_of(offer_reply_from(frame.offer_reply(), id_)));
        case v1::ConnectRequest::kProgress:
            return post(event_of(progress_from(frame.progress(), id_)));
        case v1::ConnectRequest::kUploadRequest:
            return post(event_of(results_.look_up(upload_from(frame.upload_request(), id_))));
        case v1::ConnectRequest::kResult:
            return take_result(frame.result());
        case v1::ConnectRequest::kGoodbye:
            return post(core::Event{core::WorkerGoodbye{.stream = id_}});
        case v1::ConnectRequest::kHello:
            return fail(ErrorCode::invalid_argument, "a stream has one hello", "hello");
        case v1::ConnectRequest::FRAME_NOT_SET:
            break;
    }
    // A frame of a later protocol: this one was agreed on, so it means nothing here.
    return fail(ErrorCode::invalid_argument, "a frame of no kind that protocol 1 knows", "frame");
}

Result<> Dialogue::take_result(const v1::Result& result) {
    if (!result.has_success()) return post(event_of(failure_from(result, id_)));
    auto claim = claim_from(result, id_, *key_);
    if (!claim) return Failure(claim.error());
    results_.take(*std::move(claim));
    return {};
}

Result<> Dialogue::post(Result<core::Event> event) {
    if (!event) return Failure(event.error());
    return post([event = *std::move(event)](loop::Turn& turn) { turn.step(event); });
}

// One frame of a stream at a time is in the loop's queue: a flood waits on its own wire.
Result<> Dialogue::post(loop::Task task) {
    const bool posted =
        edge_.loop.post([task = std::move(task), &streams = streams_, id = id_](loop::Turn& turn) {
            task(turn);
            streams.read_on(id);
        });
    if (!posted) return fail(ErrorCode::unavailable, "the coordinator is busy; come back later");
    return {};
}

// The operator may put it right sooner than the owner of the machine.
void Dialogue::note_end(const Error& reason) const {
    if (reason.code != ErrorCode::failed_precondition || !key_) return;
    static log::Throttle throttle(3, std::chrono::minutes{5});
    const auto kept_back = throttle.admit(edge_.clock.now().monotonic);
    if (!kept_back) return;
    log::warn("a worker's stream was turned away",
              {{"worker", crypto::worker_id_of(*key_).to_hex()},
               {"reason", reason.message},
               {"others_like_it", std::to_string(*kept_back)}});
}

void Dialogue::closed() const {
    if (!key_) return;
    edge_.loop.post_always(
        [id = id_](loop::Turn& turn) { turn.step(core::Event{core::StreamClosed{.stream = id}}); });
}

}  // namespace gotong::rpc
