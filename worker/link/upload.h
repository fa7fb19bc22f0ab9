// One picture's way to the address that the pool granted.
//
// Corridor: job/deliveries -> [link/upload] -> blob/folder
#pragma once

#include <string>

#include "common/result.h"
#include "worker/link/endpoint.h"

namespace gotong::link {

// PUTs the bytes. The server must show the pool's pinned certificate, or (an S3 store, a front with
// a certificate of its own) one that the system's roots verify. In the clear only within this
// machine.
//
// Errors: unavailable (no answer, or one that says no), permission_denied (the certificate, or
// plain HTTP to another machine), invalid_argument (the address).
Result<> upload(const Endpoint& pool, const std::string& url, std::string png);

}  // namespace gotong::link
