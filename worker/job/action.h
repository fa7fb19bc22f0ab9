// Everything that the agent wants done, as plain data. The daemon does it, in this order.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/result.h"
#include "worker/job/job.h"

namespace gotong::worker {

// ---- To the pool ----
struct HeldLease {
    Lease lease;
    Phase phase = Phase::loading;
    std::uint32_t step = 0;
    bool stopping = false;  // Was told to stop and has not yet.
};
struct SendSnapshot {
    std::uint32_t free_slots = 0;
    std::vector<HeldLease> held;
    std::vector<Lease> outbox;
    bool draining = false;
    std::vector<UsableModel> models;
    std::vector<ModelPlace> places{};  // Of these.
};
struct SendOfferReply {
    Lease lease;
    bool accepted = false;
    std::string reason{};
    std::chrono::milliseconds retry_after{};
};
struct SendProgress {
    Lease lease;
    Phase phase = Phase::loading;
    std::uint32_t step = 0;
    std::uint32_t steps = 0;
    std::string preview_png{};
};
struct SendUploadRequest {
    Lease lease;
    Digest sha256{};
    std::uint64_t size = 0;
};
struct SendResult {  // With the statement that the outbox keeps.
    Lease lease;
    Kept kept;
};
struct SendFailure {
    Lease lease;
    Error error;
};
struct SendGoodbye {
    std::string reason;
};

// ---- On this machine ----
struct StartRender {
    Job job;
};
struct StopRender {  // RenderEnded follows all the same.
    Lease lease;
};
struct StartUpload {
    Lease lease;
    std::string url;
};
struct DropKept {  // The outbox need not keep it any longer.
    Lease lease;
};
struct Tell {  // A line for the contributor.
    bool warning = false;
    std::string_view sentence;  // Constant: outlives the action.
    Lease lease;
    std::string detail;  // May be empty.
};
struct Leave {                // The daemon's end.
    std::string sent_away{};  // Why, when the pool wants this worker no more.
};

using Action = std::variant<SendSnapshot, SendOfferReply, SendProgress, SendUploadRequest,
                            SendResult, SendFailure, SendGoodbye, StartRender, StopRender,
                            StartUpload, DropKept, Tell, Leave>;
using Actions = std::vector<Action>;

}  // namespace gotong::worker
