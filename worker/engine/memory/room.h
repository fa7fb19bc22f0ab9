// How much more plain memory this process could take, by what Linux says.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace gotong::memory {

// The least that the machine, our control group and RLIMIT_DATA leave, plus what the heap has
// free; nullopt where none of them says. Cost: reads a few files of /proc.
std::optional<std::uint64_t> room();

// All memory that this process may ever have: the machine's, or less under a limit.
std::uint64_t whole();

// The parts of room(), of the files' text.

// /proc/meminfo, /proc/self/status: the value of "MemAvailable", "VmData", in bytes.
std::optional<std::uint64_t> kibibytes_of(std::string_view text, std::string_view key);

// What a control group's memory.max leaves, by its memory.current, of which memory.stat's `file`
// pages can go; nullopt where there is no limit.
std::optional<std::uint64_t> left_in_group(std::string_view max, std::string_view current,
                                           std::string_view stat);

}  // namespace gotong::memory
