// A job: one picture that a creator asked for, from submission to its end.
//
// Plain data. `intake` makes it from a Submission, `schedule` gives it to workers, `core` ends it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "common/credits.h"
#include "common/crypto/digest.h"
#include "common/ids.h"
#include "common/offer/render_spec.h"
#include "common/time.h"
#include "common/trace/trace.h"

namespace gotong::job {

// A picture to begin with, as a creator said it.
struct OriginalDraft {
    std::string picture_sha256;      // 32 bytes.
    std::string mask_sha256;         // 32 bytes; empty: all of the picture is painted anew.
    std::optional<double> strength;  // Absent: the default.
    std::string strength_rule;       // Empty: the default.
};

// What a creator sent. Absent fields take the model's defaults.
struct SpecDraft {
    std::string model;  // Empty: the pool's only model.
    std::string prompt;
    std::string negative_prompt;
    std::optional<std::uint32_t> width;
    std::optional<std::uint32_t> height;
    std::optional<std::uint32_t> steps;
    std::optional<double> guidance;
    std::string sampler;   // Empty: the default.
    std::string schedule;  // Empty: the default.
    std::optional<std::uint64_t> seed;
    bool is_private = false;
    std::optional<OriginalDraft> original;
};

struct Submission {
    AccountId account;
    std::string idempotency_key;  // Empty: every call is a new request.
    SpecDraft spec;
    std::uint32_t count = 1;                  // Pictures.
    std::chrono::milliseconds start_in{0};    // Offered to nobody before.
    std::chrono::milliseconds expires_in{0};  // From its start; 0: the pool's bound.
    std::int32_t priority = 0;                // Among the account's own jobs.
    TraceId trace{};                          // Its creator's, or made for it. Decides nothing.
};

enum class State : std::uint8_t {
    queued = 1,
    running = 2,    // A worker holds the lease of `attempt`.
    done = 3,       // Accepted and paid.
    failed = 4,     // Given up; nothing paid.
    cancelled = 5,  // By its creator; nothing paid.
};

inline bool has_ended(State state) { return state >= State::done; }

struct Picture {
    crypto::Digest sha256{};  // Of the PNG without its receipt: the blob's name.
    std::uint64_t size = 0;   // Bytes.
    std::string bundle;       // The receipt, as common/receipt/bundle writes it.
};

struct Job {
    JobId id;
    RequestId request;
    AccountId account;
    TraceId trace{};           // What logs call its submission.
    RenderSpec spec;           // Complete.
    std::string model_digest;  // Hexadecimal: the weights it was priced and offered for.
    std::string prompt_salt;   // 32 bytes; the key of the receipt's prompt commitment.
    Credits price;             // Held until the end.
    WallTime submitted{};
    WallTime start{};           // Not offered before; `submitted` unless the creator said later.
    WallTime expires{};         // Given up then, whatever it is at.
    std::int32_t priority = 0;  // Orders the account's own jobs: the highest first.
    State state = State::queued;
    std::uint32_t attempt = 0;     // Attempts begun: the fencing token of the newest.
    WorkerId holder;               // While running.
    std::set<WorkerId> failed_on;  // Distinct workers at fault for an attempt.
    std::string failure;           // Why the last attempt, or the job, failed; for people.
    WallTime not_before{};         // Queued again after a failure: not offered before.
    std::uint32_t requeued = 0;    // How often the operator queued it again after it had failed.
    std::uint32_t forgiven = 0;    // Attempts that no longer count against it: those before that.
    Picture picture;               // When done.
    std::optional<WallTime> ended{};            // As done, failed or cancelled.
    std::optional<WallTime> picture_removed{};  // By the pool's policy; its receipt stays.
    std::optional<WallTime> body_removed{};     // The same, of prompts and salt; they are empty.
};

// One attempt, kept as history with the reason of its end.
struct Attempt {
    JobId job;
    std::uint32_t number = 0;
    WorkerId worker;
    crypto::Digest offer_sha256{};  // Of the signed offer's payload; a result must name it.
    WallTime started{};
    std::optional<WallTime> ended;
    std::string
        outcome;  // accepted, declined, returned, failed, lost, cancelled, superseded, rejected
    std::string reason;  // Of its end, for people.
    std::string choice;  // Why this worker got it, for people.
};

}  // namespace gotong::job
