// The workers that the pool has let in, connected or not.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "common/crypto/digest.h"
#include "common/ids.h"
#include "common/result.h"
#include "coordinator/store/store.h"

namespace gotong::core {

class EnrolledWorkers {
  public:
    void put(const store::Worker& worker);  // New, or changed.

    const store::Worker* find(WorkerId id) const;

    // By id in hexadecimal, or by a name that only one worker has. Errors: not_found; when several
    // have the name, invalid_argument with their ids.
    Result<store::Worker> named(const std::string& id_or_name) const;

    // Of the payload of its enrolment, as its statements must name it.
    Digest enrolment_sha256(WorkerId id) const;

    const std::map<WorkerId, store::Worker>& all() const { return workers_; }

  private:
    std::map<WorkerId, store::Worker> workers_;
    std::map<WorkerId, Digest> enrolments_;
};

}  // namespace gotong::core
