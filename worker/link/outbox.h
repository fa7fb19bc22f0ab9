// Finished pictures on disk, each with its signed statement, until the pool has answered for them.
//
//     DIR/outbox/<job>-<attempt>/statement.json   the envelope, as it will be sent
//     DIR/outbox/<job>-<attempt>/picture.png
//
// An entry is there whole or not at all: it is written beside, synced, and renamed. Nothing is
// kept in memory, so that threads may work on different entries, and a daemon that was killed at
// any moment finds everything again.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "common/receipt/dsse.h"
#include "common/result.h"
#include "worker/job/event.h"

namespace gotong::link {

class Outbox {
  public:
    // Makes the folder, and clears away what a crash left half written. Errors:
    // permission_denied.
    static Result<Outbox> open(std::filesystem::path folder);

    // Every entry that can be read. One that cannot is moved aside (".damaged") and left out.
    std::vector<worker::KeptResult> list() const;

    // Durable when it returns. Errors: resource_exhausted (disk full), internal.
    Result<worker::Kept> put(const worker::Lease& lease, const receipt::Envelope& statement,
                             const std::string& png) const;

    Result<receipt::Envelope> statement(const worker::Lease& lease) const;
    Result<std::string> picture(const worker::Lease& lease) const;

    void drop(const worker::Lease& lease) const;

  private:
    explicit Outbox(std::filesystem::path folder) : folder_(std::move(folder)) {}

    std::filesystem::path entry(const worker::Lease& lease) const;

    std::filesystem::path folder_;
};

}  // namespace gotong::link
