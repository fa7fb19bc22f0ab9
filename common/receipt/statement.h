// What a worker signs about one picture: an in-toto Statement v1 in JSON, predicate type
// urn:gotong:render:v1. The fields and their meaning for strangers: docs/verify.md.
//
// The signed bytes are kept and verified as they were received. Reading them skips unknown keys, so
// that a later worker may say more; integers of 64 bits and decimals are strings, so that no
// reader rounds them.
//
// Corridor: image/png -> [receipt/statement] -> receipt/bundle
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/crypto/digest.h"
#include "common/ids.h"
#include "common/model/file_list.h"
#include "common/result.h"
#include "common/time.h"

namespace gotong::receipt {

inline constexpr std::string_view kStatementPayloadType = "application/vnd.in-toto+json";
inline constexpr std::string_view kStatementType = "https://in-toto.io/Statement/v1";
inline constexpr std::string_view kPredicateType = "urn:gotong:render:v1";
inline constexpr std::size_t kMaxModels = 16;
inline constexpr std::size_t kMaxFlags = 32;

struct Output {
    std::string name = "output/0.png";
    Digest sha256{};        // Of the PNG file without its receipt.
    Digest pixel_sha256{};  // receipt/pixel_digest.h

    bool operator==(const Output&) const = default;
};

struct JobClaim {
    JobId id;
    std::uint32_t attempt = 0;  // The fencing token of the lease.
    Digest offer_sha256{};      // Of the payload that the pool signed as its offer.

    bool operator==(const JobClaim&) const = default;
};

struct RequestClaim {
    Digest spec_sha256{};                         // offer/render_spec.h
    Digest prompt_commitment{};                   // receipt/prompt_commitment.h
    std::optional<std::string> prompt_disclosed;  // Absent for a private picture.

    bool operator==(const RequestClaim&) const = default;
};

struct ModelClaim {
    std::string role = "pipeline";
    std::string name;
    std::string format = "diffusers";
    Digest sha256{};                       // Of the list of its files: model::digest_of().
    std::vector<model::FileDigest> files;  // Every file that was read, weights and settings.

    bool operator==(const ModelClaim&) const = default;
};

struct EngineClaim {
    std::string name;
    std::string version;
    std::string commit;      // "unknown" when it was not built from a repository.
    Digest binary_sha256{};  // Of the renderer's program file.
    std::string libtorch;
    std::string device;  // "cpu", "NVIDIA ..."
    std::string dtype;
    std::string attention;
    std::vector<std::string> flags;  // Whatever else changes numbers.

    bool operator==(const EngineClaim&) const = default;
};

struct SamplingClaim {
    std::uint64_t seed = 0;
    std::string rng;  // "philox4x32-10-cpu/v1"
    std::string sampler;
    std::string schedule;
    std::uint32_t steps = 0;
    double guidance = 0.0;
    std::uint32_t width = 0;   // Pixels.
    std::uint32_t height = 0;  // Pixels.

    bool operator==(const SamplingClaim&) const = default;
};

// The picture that this one began with.
struct OriginalClaim {
    Digest picture{};              // Of the file that was uploaded.
    std::optional<Digest> mask{};  // The same.
    double strength = 0.0;
    std::string strength_rule{};  // A name of sampling/strength.h.

    bool operator==(const OriginalClaim&) const = default;
};

struct TrajectoryClaim {
    Digest root{};             // RFC 6962, over the latents.
    std::uint32_t leaves = 0;  // Steps made + 1.

    bool operator==(const TrajectoryClaim&) const = default;
};

struct WorkerClaim {
    std::string key_id;
    Digest enrolment_sha256{};  // Of the enrolment's payload; "certSha256".

    bool operator==(const WorkerClaim&) const = default;
};

struct PoolClaim {
    std::string name;
    std::string key_id;

    bool operator==(const PoolClaim&) const = default;
};

struct Times {  // By the worker's clock, which nobody checks.
    WallTime leased;
    WallTime started;
    WallTime finished;

    bool operator==(const Times&) const = default;
};

struct RenderStatement {
    Output output;
    JobClaim job;
    RequestClaim request;
    std::vector<ModelClaim> models;
    EngineClaim engine;
    SamplingClaim sampling;
    TrajectoryClaim trajectory;
    WorkerClaim worker;
    PoolClaim pool;
    Times times;
    std::optional<OriginalClaim> original{};

    bool operator==(const RenderStatement&) const = default;
};

// The payload to sign. Errors: invalid_argument for text that is not UTF-8 or a statement above
// kMaxPayload (receipt/dsse.h).
Result<std::string> statement_payload(const RenderStatement& statement);

// Errors: invalid_argument with the path of the field at fault.
Result<RenderStatement> parse_statement(std::string_view payload);

}  // namespace gotong::receipt
