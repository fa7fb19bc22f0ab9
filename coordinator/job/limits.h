// What a creator may ask for, and what is taken where nothing is said. This is the only place that
// knows these numbers; error messages and `ListModels` read them here.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace gotong::job {

inline constexpr std::uint32_t kMaxSide = 4'096;  // Pixels; what the verifier decodes.
inline constexpr std::uint32_t kMinSteps = 1;
inline constexpr std::uint32_t kMaxSteps = 150;   // Beyond it no sampler of ours changes a picture.
inline constexpr double kMaxGuidance = 30.0;      // Beyond it pictures are burnt.
inline constexpr std::uint32_t kMaxCount = 16;    // One request stays one screen of pictures.
inline constexpr std::size_t kMaxPrompt = 4'000;  // Bytes; two of them, escaped, fit an offer.
inline constexpr std::size_t kMaxIdempotencyKey = 128;       // Bytes; a UUID has 36.
inline constexpr std::uint64_t kMaxPictureBytes = 32 << 20;  // As the blob store takes them.

inline constexpr std::array<std::string_view, 4> kSamplers{"ddim", "dpmpp_2m", "euler", "euler_a"};
inline constexpr std::array<std::string_view, 2> kSchedules{"karras", "normal"};

// What most people end up with after trying.
inline constexpr std::string_view kDefaultSampler = "dpmpp_2m";
inline constexpr std::string_view kDefaultSchedule = "karras";
inline constexpr std::uint32_t kDefaultSteps = 25;
inline constexpr double kDefaultGuidance = 5.0;

}  // namespace gotong::job
