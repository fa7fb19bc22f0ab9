// One HTTP request and its answer, as the parts that decide see them: no socket, no Beast. A
// request's head alone decides; a body is taken only when the head was good.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "common/bytes.h"
#include "common/crypto/digest.h"
#include "common/ids.h"
#include "common/result.h"
#include "common/time.h"
#include "coordinator/blob/blob_store.h"
#include "coordinator/blob/inputs.h"
#include "coordinator/blob/presign.h"
#include "coordinator/observe/counter.h"

namespace gotong::gateway {

enum class Verb { get, head, put, other };

struct Head {
    Verb verb = Verb::other;
    std::string_view target;                      // Path and query, as sent.
    std::optional<std::uint64_t> content_length;  // Absent: no body, or one of unknown size.
    std::string_view authorization{};             // The header, as sent.
};

struct Reply {
    unsigned status = 200;
    std::string content_type;
    std::string body;
    std::unique_ptr<blob::Reader> stream;  // When set, sent in the place of `body`.
    std::string allow;                     // With 405: the verbs that there are.
};

// Takes a request's body in, piece by piece. Dropped without end(), it leaves nothing behind.
class Sink {
  public:
    virtual ~Sink() = default;
    virtual Result<> take(ByteView piece) = 0;
    virtual Reply end() = 0;  // After the last piece.
};

struct Receive {
    std::unique_ptr<Sink> sink;
    std::uint64_t size = 0;  // The body's, exactly.
};

using Decision = std::variant<Reply, Receive>;

// A finished picture, as the core knows it.
struct Picture {
    crypto::Digest blob{};
    std::string bundle;                 // The receipt to be put in.
    std::optional<WallTime> removed{};  // By the pool's policy; the blob is gone, or going.
};

// Since the start.
struct Counts {
    observe::Counter blobs;  // Pictures that came whole and new.
    observe::Counter blob_bytes;
    observe::Counter inputs;  // Uploads to begin with, the same.
    observe::Counter input_bytes;
    // Answers by hundreds: [4] counts 4xx. Requests that got none are not in here.
    std::array<observe::Counter, 6> answers;
};

// What the gateway needs from the rest of the coordinator. All of it outlives the gateway and is
// called from several of its threads at once; calls may block for milliseconds.
struct Services {
    const Clock& clock;
    const blob::Presigner& presigner;
    blob::BlobStore& blobs;
    std::function<std::optional<Picture>(JobId)> picture;  // nullopt: no such job, or not done.
    std::function<Result<>()> ready;                       // Whether the pool can take work.

    blob::Inputs& inputs;
    // An upload is in its place; from then on jobs may name it. resource_exhausted: the account's
    // uploads take too much room, and the file goes again.
    std::function<Result<>(const blob::InputName&, std::uint64_t size)> keep_input;
    // A file is gone that a signed URL names: the jobs that wait for it cannot be rendered.
    std::function<void(const blob::InputName&)> lost_input;

    // The numbers for Prometheus, in its text format; without it there is nothing at /metrics.
    std::function<Result<std::string>()> metrics{};
    std::string metrics_token{};  // Who asks must show it; empty: anybody may ask.
    std::shared_ptr<Counts> counts = std::make_shared<Counts>();  // Shared with `metrics`.
};

// The size of the body that is to come, or why it may not: 411 without Content-Length, which
// `what` ("a blob") must have, 413 above `most` bytes.
std::variant<std::uint64_t, Reply> body_size(const Head& head, std::uint64_t most,
                                             std::string_view what);

Reply json_reply(unsigned status, std::string_view key, std::string_view value);

// {"error": "<sentence>"} with the HTTP status of the error's code.
Reply error_reply(const Error& error);

}  // namespace gotong::gateway
