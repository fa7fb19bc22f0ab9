// The worker's one decider: what to accept, when to stop, what to tell the pool.
//
// step() is called from one thread with one event at a time and returns what is to be done, in
// order. It has no clock, thread, socket or child of its own, so that a test can walk it through
// any history. The stream is state-based: after every change the pool gets a whole Snapshot, so a
// message that was lost heals itself.
//
// Corridor: job/offer_check -> [job/agent] -> job/job
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "common/crypto/sign.h"
#include "common/time.h"
#include "worker/job/action.h"
#include "worker/job/deliveries.h"
#include "worker/job/event.h"
#include "worker/job/renders.h"
#include "worker/job/seen_attempts.h"

namespace gotong::worker {

class Agent {
  public:
    // `slots`: jobs that are rendered at once, at least 1. `outbox`: what an earlier run of the
    // daemon left undelivered.
    Agent(const crypto::PublicKey& pool_key, std::uint32_t slots,
          const std::vector<KeptResult>& outbox, Now now);

    Actions step(Event event, Now now);

    // When a Tick is wanted, at the latest.
    Monotonic deadline() const;

  private:
    void on(const SessionUp& event, Now now);
    void on(const SessionDown& event, Now now);
    void on(const SentAway& event, Now now);
    void on(const OfferArrived& event, Now now);
    void on(const DesiredArrived& event, Now now);
    void on(const UploadGranted& event, Now now);
    void on(const ResultAcked& event, Now now);
    void on(StepDone& event, Now now);
    void on(const RenderEnded& event, Now now);
    void on(const UploadEnded& event, Now now);
    void on(const PlacesChanged& event, Now now);
    void on(const StopAsked& event, Now now);
    void on(const Tick& event, Now now);

    Result<Job> judge(const OfferArrived& event, Now now);
    void decline(const Lease& lease, std::string reason, Now now);
    void stop_render(Render& render, Error why);
    void end_failed(const Render& render, Error error, Now now);
    void withdraw(const std::string& digest);
    std::uint32_t free_slots(Now now) const;
    void go_on_stopping(Now now);
    void send_snapshot(Now now);
    std::vector<ModelPlace> usable_places() const;
    Actions take_actions();

    const crypto::PublicKey pool_key_;
    const std::uint32_t slots_;
    bool connected_ = false;
    std::chrono::milliseconds heartbeat_idle_{};
    std::chrono::milliseconds heartbeat_busy_{};
    Monotonic next_snapshot_{};
    bool changed_ = false;  // Something that the Snapshot tells.

    std::vector<UsableModel> models_;
    std::vector<ModelPlace> places_;
    std::vector<std::string> withdrawn_;  // Digests whose files turned out to be damaged.
    Renders renders_;
    SeenAttempts seen_;
    Deliveries deliveries_;
    std::deque<SendFailure> failures_;  // Not yet noted by the pool.
    std::uint32_t failed_in_a_row_ = 0;
    Monotonic rests_until_{};  // After failures: takes no offers.

    std::optional<Monotonic> stop_by_;  // Set: the contributor wants the machine back.
    Actions actions_;
};

}  // namespace gotong::worker
