// Everything that can happen to the core, as plain data. Edges make events from wire messages;
// the simulator makes them up. Signatures of workers and of results are checked before an event is
// made; whether they are allowed to say what they say is the core's decision.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "common/credits.h"
#include "common/crypto/digest.h"
#include "common/crypto/sign.h"
#include "common/ids.h"
#include "common/receipt/dsse.h"
#include "common/receipt/statement.h"
#include "common/result.h"
#include "coordinator/job/input_name.h"
#include "coordinator/job/job.h"
#include "coordinator/job/lease_token.h"
#include "coordinator/roster/session.h"
#include "coordinator/store/store.h"

namespace gotong::core {

using ReplyId = std::uint64_t;  // Where the answer to a request goes; never used again.

using job::LeaseToken;
using job::Phase;
using roster::OfferedModel;
using roster::StreamId;

// ---- Creators ----
struct Submit {
    ReplyId reply = 0;
    job::Submission submission;
};
struct CancelJob {
    ReplyId reply = 0;
    AccountId account;
    JobId job;
};

// ---- Uploads that jobs begin with ----
struct PlanUpload {  // A creator wants to upload a file.
    ReplyId reply = 0;
    job::InputName name;
    std::uint64_t size = 0;
};
struct InputStored {  // It is on disk.
    ReplyId reply = 0;
    job::InputName name;
    std::uint64_t size = 0;
};
struct InputLost {  // It should be on disk and is not.
    job::InputName name;
};
struct InputsFound {  // All that is on disk: once, after restore() and before any InputStored.
    std::vector<job::InputName> names;
};

// ---- Blobs ----
struct BlobRemoved {  // A RemoveBlob was seen to.
    crypto::Digest sha256{};
};

// ---- Workers ----
struct WorkerHello {  // The signature over the challenge is good.
    StreamId stream = 0;
    crypto::PublicKey public_key;
    std::uint32_t protocol = 1;  // The newest that both speak.
    std::string instance_nonce;
    std::string resume_token;
    std::string build;
    std::string device;
    std::uint64_t memory_bytes = 0;
    std::uint32_t slots = 1;
    std::vector<OfferedModel> models;
};
struct HeldLease {
    LeaseToken lease;
    Phase phase = Phase::unknown;
    std::uint32_t step = 0;
    bool stopping = false;  // It was told to stop it and is at that.
};
struct ModelPlace {                     // Where one of its models is.
    std::string digest;                 // Hexadecimal.
    bool loaded = false;                // In memory; else on its disk.
    std::chrono::milliseconds load{0};  // What its newest load took; 0: none was measured.
};
struct WorkerSnapshot {
    StreamId stream = 0;
    std::uint32_t free_slots = 0;
    std::vector<HeldLease> held;
    std::vector<LeaseToken> outbox;
    bool draining = false;
    std::vector<OfferedModel> models;
    std::vector<ModelPlace> places{};  // Empty: it does not say.
};
struct OfferReply {
    StreamId stream = 0;
    LeaseToken lease;
    bool accepted = false;
    std::string reason;
    std::chrono::milliseconds retry_after{0};
};
struct WorkerProgress {
    StreamId stream = 0;
    LeaseToken lease;
    Phase phase = Phase::unknown;
    std::uint32_t step = 0;
    std::uint32_t steps = 0;
    std::string preview_png;
};
struct UploadAsked {
    StreamId stream = 0;
    LeaseToken lease;
    crypto::Digest sha256{};
    std::uint64_t size = 0;
    bool stored = false;  // The blob store has it already.
};
// verify/verifier has looked at a result: `verdict` holds its error, if any.
struct ResultVerified {
    StreamId stream = 0;
    LeaseToken lease;
    receipt::Envelope envelope;          // As received.
    receipt::RenderStatement statement;  // Parsed; meaningless when verdict is an error.
    crypto::Digest statement_sha256{};   // Of the payload's bytes.
    crypto::Digest blob_sha256{};
    std::uint64_t blob_size = 0;
    Result<> verdict;
};
struct AttemptFailed {
    StreamId stream = 0;
    LeaseToken lease;
    Error error;  // cancelled and unavailable hand the job back unharmed.
};
struct WorkerGoodbye {
    StreamId stream = 0;
};
struct StreamClosed {
    StreamId stream = 0;
};

// ---- Operator and enrolment ----
struct Enrol {  // The signature by the worker's key is good.
    ReplyId reply = 0;
    crypto::Digest invite_hash{};
    crypto::PublicKey public_key;
    std::string name;
};
struct AddModel {
    ReplyId reply = 0;
    store::CatalogueModel model;
};
struct RemoveModel {
    ReplyId reply = 0;
    std::string name;
};
struct AddInvite {
    ReplyId reply = 0;
    crypto::Digest token_hash{};
    std::chrono::milliseconds valid_for{0};
};
struct AddAccount {  // A name that exists and is revoked comes back with the new token.
    ReplyId reply = 0;
    std::string name;
    crypto::Digest token_hash{};
    Credits grant;
};
struct RevokeAccount {
    ReplyId reply = 0;
    std::string name;
};
struct SetAccount {  // What is absent stays as it is.
    ReplyId reply = 0;
    std::string name;
    std::optional<std::uint32_t> weight;
    std::optional<std::uint32_t> max_open_jobs;  // 0: the pool's limit.
};
struct RequeueJob {  // One that has failed.
    ReplyId reply = 0;
    JobId job;
};
struct RevokeWorker {
    ReplyId reply = 0;
    std::string worker;  // Id in hexadecimal, or a name that only one worker has.
};

struct Tick {};  // Time has passed; comes several times a second.

using Event = std::variant<Submit, CancelJob, PlanUpload, InputStored, InputLost, InputsFound,
                           WorkerHello, WorkerSnapshot, OfferReply, WorkerProgress, UploadAsked,
                           ResultVerified, AttemptFailed, WorkerGoodbye, StreamClosed, Enrol,
                           AddModel, RemoveModel, AddInvite, AddAccount, RevokeAccount,
                           RevokeWorker, SetAccount, RequeueJob, BlobRemoved, Tick>;

}  // namespace gotong::core
