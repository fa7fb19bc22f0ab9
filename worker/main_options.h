// The worker's command line.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "common/log/log.h"

namespace gotong::worker {

struct RunOptions {
    std::filesystem::path data;
    std::uint32_t threads = 0;     // Of the renderer; 0: as many as it thinks best.
    std::uint32_t slots = 0;       // Jobs at once; 0: as many as the renderer thinks best.
    int niceness = 10;             // Of the renderer.
    std::uint64_t memory_gib = 0;  // Most private memory of the renderer; 0: no limit.
    std::string model_memory{};    // GiB for models that stay loaded; empty: the renderer's choice.
    std::string precision{};       // Of the arithmetic; empty: the renderer's choice.
    log::Level log_level = log::Level::info;
    log::Format log_format = log::Format::text;
};

struct JoinOptions {
    std::string invite;
    std::filesystem::path models;
    std::string name;
    bool only_join = false;
    bool json = false;
};

// What to do: `join` first where it is set, then run; or, without `run`, leave with an exit code
// (--help, --version: 0; wrong usage: 2, said on standard error already).
struct Invocation {
    std::optional<JoinOptions> join{};
    std::optional<RunOptions> run{};
    int exit_code = 0;
};

Invocation read_command_line(int argc, char** argv);

}  // namespace gotong::worker
