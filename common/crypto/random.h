// Unpredictable bytes from the operating system (through libsodium). For secrets and identifiers;
// the engine's noise has its own, seeded generators.
#pragma once

#include <cstdint>
#include <span>

namespace gotong::crypto {

void fill(std::span<std::uint8_t> bytes);

// A fresh id of any kind: random_id<JobId>().
template <class SomeId>
SomeId random_id() {
    SomeId id;
    fill(id.bytes);
    return id;
}

}  // namespace gotong::crypto
