// The daemon's data folder: which pool it belongs to, and a lock, so that one daemon alone works
// from it.
//
//     worker.key   the machine's Ed25519 key (sign/identity)
//     worker.json  the membership, below
//     outbox/      finished pictures (link/outbox)
//     digests      what is known about the weights' digests (models/local_models)
#pragma once

#include <filesystem>
#include <string>

#include "common/file/unique_fd.h"
#include "common/receipt/dsse.h"
#include "common/result.h"
#include "worker/link/endpoint.h"

namespace gotong::daemon {

struct Membership {
    link::Endpoint pool;
    std::string pool_name;
    std::filesystem::path models;  // Absolute.
    receipt::Envelope enrolment;   // The pool's word that our key is one of its workers'.
};

class Home {
  public:
    // Makes the folder, 0700, when it is missing, and locks it until the object goes. Errors:
    // failed_precondition when another daemon has it; permission_denied.
    static Result<Home> open(const std::filesystem::path& folder);

    // Errors: not_found when this folder has joined no pool, with what to do; data_loss.
    Result<Membership> membership() const;
    Result<> remember(const Membership& membership) const;

    const std::filesystem::path& folder() const { return folder_; }

  private:
    Home(std::filesystem::path folder, file::UniqueFd lock)
        : folder_(std::move(folder)), lock_(std::move(lock)) {}

    std::filesystem::path folder_;
    file::UniqueFd lock_;
};

}  // namespace gotong::daemon
