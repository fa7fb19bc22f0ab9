// Everything that can happen to the agent, as plain data. Edges make events from frames, from the
// renderer and from signals; tests make them up.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "common/credits.h"
#include "common/receipt/dsse.h"
#include "common/result.h"
#include "worker/job/job.h"

namespace gotong::worker {

// ---- From the pool ----
struct SessionUp {  // The pool has welcomed us; frames may be sent.
    std::chrono::milliseconds heartbeat_idle{30'000};
    std::chrono::milliseconds heartbeat_busy{5'000};
    std::vector<UsableModel> models;
    std::string session{};  // For logs.
};
struct SessionDown {};  // Frames go nowhere until the next SessionUp.
struct OfferArrived {
    Lease lease;
    receipt::Envelope envelope;
    std::chrono::milliseconds patience{};
    std::vector<Input> inputs{};
    std::string trace{};  // For logs: what its creator follows it by. May be empty.
};
struct SentAway {  // The pool wants this worker no more; the session has ended for good.
    std::string reason;
};
struct DesiredArrived {
    std::vector<Lease> cancel;
    std::vector<Lease> resend;
};
struct UploadGranted {
    Lease lease;
    std::string url;
    bool stored = false;
};
enum class Verdict : std::uint8_t { accepted, duplicate, superseded, rejected, noted };
struct ResultAcked {
    Lease lease;
    Verdict verdict = Verdict::noted;
    std::string reason;
    Credits credit;
    std::string trace{};  // As in the offer.
};

// ---- From this machine ----
struct StepDone {
    Lease lease;
    Phase phase = Phase::loading;
    std::uint32_t step = 0;
    std::uint32_t steps = 0;
    std::string preview_png;
};
struct RenderEnded {
    Lease lease;
    Result<Kept> result;
};
struct UploadEnded {
    Lease lease;
    Result<> result;
};
struct PlacesChanged {               // The renderer has loaded a model, given one up, or ended.
    std::vector<ModelPlace> places;  // Of all models of this machine.
};
struct StopAsked {};  // The contributor wants the machine back.
struct Tick {};       // The time that deadline() named has come.

using Event =
    std::variant<SessionUp, SessionDown, SentAway, OfferArrived, DesiredArrived, UploadGranted,
                 ResultAcked, StepDone, RenderEnded, UploadEnded, PlacesChanged, StopAsked, Tick>;

}  // namespace gotong::worker
