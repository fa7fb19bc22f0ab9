// What loaded models will still take: needs no torch.
#pragma once

#include <cstdint>

namespace gotong::engine {

// Bytes that packed copies will take of all weights, of every model, that are borrowed from their
// files and not packed yet (Scope::borrow()).
std::uint64_t bytes_to_pack();

}  // namespace gotong::engine
