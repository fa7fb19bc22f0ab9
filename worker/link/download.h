// A file that the pool lends out: what a creator's picture is to begin with.
//
// Corridor: link/fetched -> [link/download] -> common/http/client
#pragma once

#include <stop_token>
#include <string>

#include "common/result.h"
#include "common/time.h"
#include "worker/job/job.h"
#include "worker/link/endpoint.h"

namespace gotong::link {

struct DownloadLimits {
    Monotonic deadline{};  // For all tries.
    std::stop_token stop{};
};

// GETs the file's bytes, again after a cut connection, and compares them with size and digest. The
// server must show the certificate that upload() wants. Blocks; kept in memory alone.
//
// Errors: unavailable (no answer in time, or one that says no: an address that has expired),
// invalid_argument (other bytes than the job names, or more than a picture may have), cancelled.
Result<std::string> download(const Endpoint& pool, const worker::Input& file,
                             const DownloadLimits& limits);

}  // namespace gotong::link
