// Amounts of memory in words, for people.
#pragma once

#include <cstdint>
#include <string>

namespace gotong::memory {

// "5.1 GB", "36 MB": decimal, as sizes are sold; never less than it is.
std::string spelled(std::uint64_t bytes);

}  // namespace gotong::memory
