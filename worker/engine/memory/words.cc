#include "worker/engine/memory/words.h"

namespace gotong::memory {
namespace {

constexpr std::uint64_t kMega = 1'000'000;
constexpr std::uint64_t kTenthOfGiga = 100 * kMega;

std::uint64_t rounded_up(std::uint64_t bytes, std::uint64_t unit) {
    return bytes / unit + (bytes % unit > 0 ? 1 : 0);
}

}  // namespace

std::string spelled(std::uint64_t bytes) {
    if (bytes <= 999 * kMega) return std::to_string(rounded_up(bytes, kMega)) + " MB";
    const std::uint64_t tenths = rounded_up(bytes, kTenthOfGiga);
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " GB";
}

}  // namespace gotong::memory
