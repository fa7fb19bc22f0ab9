// What makes jobs alike to a worker: those of one kind can share its denoiser's calls.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

#include "coordinator/job/job.h"

namespace gotong::schedule {

struct Kind {
    std::string model_digest;  // Hexadecimal.
    std::uint32_t width = 0;   // Pixels.
    std::uint32_t height = 0;  // Pixels.

    auto operator<=>(const Kind&) const = default;
};

inline Kind kind_of(const job::Job& job) {
    return {job.model_digest, job.spec.width, job.spec.height};
}

}  // namespace gotong::schedule
