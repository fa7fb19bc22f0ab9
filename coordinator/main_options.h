// The coordinator's command line.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "common/credits.h"
#include "common/log/log.h"
#include "common/result.h"
#include "coordinator/boot/address.h"
#include "coordinator/boot/tls.h"

namespace gotong {

enum class Metrics { token, open, off };

// How long the pool keeps what creators sent and got, and how much of it.
struct Retention {
    std::chrono::milliseconds keep_pictures{0};  // From a job's end; 0: for ever.
    std::chrono::milliseconds keep_jobs{0};      // The same, of prompts.
    std::chrono::milliseconds keep_uploads{0};
    std::uint64_t upload_quota = 0;  // Bytes, of each account.
};

struct Options {
    std::filesystem::path data;
    boot::Address listen;
    boot::Address http;
    std::string pool_name;       // Empty: the one that the pool has.
    Credits grant;               // What every new account starts with.
    std::string public_address;  // Of the gRPC listener, for invites; empty: found out.
    std::string public_url;      // Of the gateway, no slash at its end; empty: found out.
    boot::TlsFiles tls;
    Retention retention;
    log::Level log_level = log::Level::info;
    log::Format log_format = log::Format::text;
    Metrics metrics = Metrics::token;    // Who may read /metrics.
    std::chrono::seconds probe_every{};  // 0: never.
    std::chrono::seconds session_ttl{};  // Silence after which a worker's jobs go to others.
};

// What to do after reading the command line: run with options, or leave with an exit code (--help,
// --version: 0; wrong usage: 2, said on standard error already).
struct Invocation {
    std::optional<Options> options;
    int exit_code = 0;
};

Invocation read_command_line(int argc, char** argv);

}  // namespace gotong
