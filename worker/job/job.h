// A leased job on its way through the worker, and what comes out of it. Plain data: each stop of
// the executor chain fills in its part of the Outcome.
//
// Corridor: job/agent -> [job/job] -> job/executor
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "common/crypto/digest.h"
#include "common/ids.h"
#include "common/model/file_list.h"
#include "common/offer/offer.h"
#include "common/receipt/dsse.h"
#include "common/time.h"

namespace gotong::worker {

// The attempt is the pool's fencing token: for one job it only grows.
struct Lease {
    JobId job;
    std::uint32_t attempt = 0;

    auto operator<=>(const Lease&) const = default;
};

enum class Phase : std::uint8_t { loading = 1, rendering = 2, uploading = 3 };

// rgb = latent channels x matrix + bias: the pool's preview map for a model. Empty: no previews.
struct PreviewMap {
    std::vector<float> matrix;  // Row-major, one row of 3 for each latent channel.
    std::vector<float> bias;    // 3

    bool operator==(const PreviewMap&) const = default;
};

// A model that this worker holds and the pool knows under the same digest.
struct UsableModel {
    std::string name;
    std::string digest;  // Hexadecimal.
    PreviewMap preview;

    bool operator==(const UsableModel&) const = default;
};

// Where the weights of a usable model are.
struct ModelPlace {
    std::string digest;                 // Hexadecimal.
    bool loaded = false;                // In the renderer's memory; else on disk.
    std::chrono::milliseconds load{0};  // What its newest load took; 0: not measured.

    bool operator==(const ModelPlace&) const = default;
};

// A file that the creator uploaded, and where the pool lends it out.
struct Input {
    Digest sha256{};
    std::uint64_t size = 0;
    std::string url;  // Whoever has it may read the file: never logged.
};

// Files as the creator uploaded them. A stranger's: only the renderer parses them.
struct OriginalFiles {
    std::string picture;
    std::string mask;  // Empty: none.
};

struct Job {
    Lease lease;
    Offer offer;
    Digest offer_sha256{};                 // Of the signed payload's bytes, as they came.
    WallTime leased{};                     // When the offer was accepted.
    std::chrono::milliseconds patience{};  // The lease ends when no step is reported for so long.
    PreviewMap preview;
    std::vector<Input> inputs;        // What the creator uploaded for it.
    std::filesystem::path model_dir;  // Absolute; set by verified().
    OriginalFiles original;           // Set by fetched(); empty without offer.spec.original.
    std::string trace{};              // For logs.
};

struct Picture {
    std::uint32_t width = 0;   // Pixels.
    std::uint32_t height = 0;  // Pixels.
    std::string rgb;           // Row-major, 3 bytes a pixel.
};

// What renders here: the renderer's own words at its start, and the digest of its program.
struct EngineFacts {
    std::string engine;              // "gotong-engine 0.1.0"
    std::string commit;              // Of its sources; "unknown" when it does not say.
    std::string libtorch;            // "2.13.0+cpu"
    std::string device;              // "cpu" or "cuda:0 NVIDIA ..."
    std::string dtype;               // Of the denoiser: "fp32", "fp16", "bf16"
    std::uint64_t memory_bytes = 0;  // Of the device.
    std::uint32_t batch = 1;         // Pictures that it paints at once.
    Digest binary_sha256{};          // Of the file that was started.
};

struct Outcome {
    Picture picture;                    // From the renderer.
    Digest trajectory_root{};           // From the renderer: RFC 6962 root over the latents.
    std::uint32_t trajectory_leaves{};  // From the renderer: steps made + 1.
    EngineFacts engine;                 // From the renderer.
    std::vector<std::string> notes;  // From the renderer: what it did to save memory, for receipts.
    std::vector<model::FileDigest> weights;  // Set by verified(): the model's files.
    WallTime started{};           // Set by timed(). This machine's clock, believed by nobody.
    WallTime finished{};          // Set by timed().
    std::string png;              // Set by encoded(): the picture's file.
    Digest png_sha256{};          // Set by encoded().
    receipt::Envelope statement;  // Set by signed_by().
};

// A picture and its signed statement on this machine's disk.
struct Kept {
    Digest sha256{};  // Of the picture's file.
    std::uint64_t size = 0;
};
struct KeptResult {
    Lease lease;
    Kept kept;
};

}  // namespace gotong::worker
