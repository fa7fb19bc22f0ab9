// Everything that the core wants said, as plain data. A Send leaves only after the transaction that
// it came from is durable.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "common/credits.h"
#include "common/ids.h"
#include "common/receipt/dsse.h"
#include "common/result.h"
#include "coordinator/core/event.h"
#include "coordinator/job/job.h"
#include "coordinator/store/store.h"

namespace gotong::core {

// ---- To a worker, on its stream ----
struct Welcome {
    std::uint32_t protocol = 1;
    SessionId session;
    std::string resume_token;
    bool resumed = false;
    std::chrono::milliseconds heartbeat_idle{0};
    std::chrono::milliseconds heartbeat_busy{0};
    std::chrono::milliseconds session_ttl{0};
    std::vector<store::CatalogueModel> catalogue;
    std::vector<std::string>
        refused_models;  // "emoji: this pool's weights are 1f0c.., yours are 77ab.."
};
struct Desired {
    std::vector<LeaseToken> keep;
    std::vector<LeaseToken> cancel;
    std::vector<LeaseToken> resend;
    std::chrono::milliseconds reconnect_spread{0};  // How long to spread a coming back over.
    std::string notice{};                           // For its owner; mostly empty.
};
struct OfferJob {
    LeaseToken lease;
    receipt::Envelope offer;
    std::vector<store::Input> inputs;  // Files that it begins with; the edge makes the URLs.
    std::chrono::milliseconds accept_within{0};
    std::chrono::milliseconds progress_timeout{0};
    SessionId session{};
    TraceId trace{};
};
struct GrantUpload {  // The edge makes the URL.
    LeaseToken lease;
    crypto::Digest sha256{};
    std::uint64_t size = 0;
    bool stored = false;
};
enum class Verdict : std::uint8_t {
    accepted = 1,
    duplicate = 2,
    superseded = 3,
    rejected = 4,
    noted = 5
};
struct AckResult {
    LeaseToken lease;
    Verdict verdict = Verdict::noted;
    std::string reason;
    Credits credit;
    SessionId session{};
    TraceId trace{};  // None when the job has ended.
};
struct CloseStream {  // The stream ends with this status.
    Error reason;
};
using WorkerMessage = std::variant<Welcome, Desired, OfferJob, GrantUpload, AckResult, CloseStream>;

struct ToWorker {
    StreamId stream = 0;
    WorkerMessage message;
};

// ---- Answers to requests ----
struct Submitted {
    RequestId request;
    std::vector<job::Job> jobs;
    Credits price;
    bool already_submitted = false;
    std::vector<std::string> warnings{};  // Sentences: what may keep it waiting.
};
struct UploadPlanned {
    bool stored = false;  // It is there already.
};
struct Done {};
struct Replaced {
    bool replaced = false;
};
struct Enrolled {
    receipt::Envelope enrolment;
};
struct RevokedWorker {
    WorkerId worker;
};
using Answer =
    std::variant<Submitted, job::Job, UploadPlanned, Done, Replaced, Enrolled, RevokedWorker>;

struct Reply {
    ReplyId reply = 0;
    Result<Answer> answer;
};

// ---- To whoever watches a job ----
struct Eta {  // The picture is expected between the two, from now on.
    std::chrono::milliseconds low{0};
    std::chrono::milliseconds high{0};
    bool operator==(const Eta&) const = default;
};
struct JobView {  // A job with what only the core's memory knows.
    job::Job job;
    Phase phase = Phase::unknown;
    std::uint32_t step = 0;
    std::uint64_t queue_position = 0;         // 1-based, when queued.
    std::optional<Eta> eta{};                 // Absent rather than guessed.
    std::chrono::milliseconds age{0};         // Since it was submitted.
    std::chrono::milliseconds starts_in{0};   // When queued: until it may be offered.
    std::chrono::milliseconds expires_in{0};  // Until it is given up, if it is open.
};
struct JobChanged {
    JobView view;
    std::string preview_png;  // May be empty.
};

// ---- To the disk ----
struct RemoveInput {  // Its row is gone for good, or was never there.
    job::InputName name;
};

struct RemoveBlob {  // No job has it any more, unless it is spared by then. Said until it is done.
    crypto::Digest sha256{};
};

using Send = std::variant<ToWorker, Reply, JobChanged, RemoveInput, RemoveBlob>;

}  // namespace gotong::core
