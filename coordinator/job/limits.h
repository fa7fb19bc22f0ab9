// What a creator may ask for, and what is taken where nothing is said. This is the only place that
// knows these numbers; error messages and `ListModels` read them here.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "common/picture/format.h"

namespace gotong::job {

inline constexpr std::uint32_t kMaxSide = 4'096;  // Pixels; what the verifier decodes.
inline constexpr std::uint32_t kMinSteps = 1;
inline constexpr std::uint32_t kMaxSteps = 150;   // Beyond it no sampler of ours changes a picture.
inline constexpr double kMaxGuidance = 30.0;      // Beyond it pictures are burnt.
inline constexpr std::uint32_t kMaxCount = 16;    // One request stays one screen of pictures.
inline constexpr std::size_t kMaxPrompt = 4'000;  // Bytes; two of them, escaped, fit an offer.
inline constexpr std::size_t kMaxIdempotencyKey = 128;       // Bytes; a UUID has 36.
inline constexpr std::uint64_t kMaxPictureBytes = 32 << 20;  // As the blob store takes them.
inline constexpr std::uint64_t kMaxInputBytes = picture::kMaxFileBytes;
inline constexpr std::uint64_t kLeastInputCharge = 64
                                                   << 10;  // Of an account's room, whatever it is.

inline constexpr std::int32_t kMaxPriority = 100;  // And the least is -100.
inline constexpr std::chrono::milliseconds kMaxStartIn = std::chrono::hours{7 * 24};
inline constexpr std::chrono::milliseconds kMinExpiresIn = std::chrono::seconds{1};

// An account's part of the pool. A hundredfold is enough to tell a studio from a guest.
inline constexpr std::uint32_t kMaxWeight = 100;
inline constexpr std::uint32_t kMaxOpenJobs = 1'000'000;  // That an operator may allow.

// What most people end up with after trying. Samplers and schedules are common/sampling's to know.
inline constexpr std::uint32_t kDefaultSteps = 25;
inline constexpr double kDefaultGuidance = 5.0;

}  // namespace gotong::job
