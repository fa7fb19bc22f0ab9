// Small numbers as ids.
#pragma once

#include "common/ids.h"

namespace gotong::schedule {

template <class SomeId>
SomeId id_of(std::uint8_t n) {
    SomeId id;
    id.bytes.back() = n;
    return id;
}
inline JobId job_id(std::uint8_t n) { return id_of<JobId>(n); }
inline WorkerId worker_id(std::uint8_t n) { return id_of<WorkerId>(n); }
inline AccountId account_id(std::uint8_t n) { return id_of<AccountId>(n); }

}  // namespace gotong::schedule
