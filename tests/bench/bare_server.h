// The least that a gRPC server with TLS can do for worker streams: it greets each, answers every
// frame with an empty one, knows nobody and remembers nothing. What it costs is what gRPC and TLS
// cost, with the coordinator's own settings of both.
#pragma once

#include <filesystem>

namespace gotong::test {

// Serves on a port of 127.0.0.1, puts its certificate and then its port into files of this folder,
// and goes on until it is killed.
[[noreturn]] void serve_bare(const std::filesystem::path& folder);

}  // namespace gotong::test
