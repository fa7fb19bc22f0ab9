// Whose turn it is: start-time fair queueing over accounts, by the price of what each was served.
//
// Every account has a tag, in micro-credits of service. The one with the smallest tag is next, and
// being served adds the job's price to it. Whoever comes back after a pause starts at the pool's
// present level, so that idleness saves nothing up; and what an account owns plays no part.
//
// Goyal, Vin, Cheng: Start-time Fair Queueing, SIGCOMM 1996.
#pragma once

#include <cstdint>
#include <map>

#include "common/credits.h"
#include "common/ids.h"

namespace gotong::schedule {

class FairShare {
  public:
    std::int64_t tag_of(AccountId account) const;

    void arrive(AccountId account);  // It has something waiting again, after having nothing.
    void serve(AccountId account, Credits price);
    void give_back(AccountId account, Credits price);  // What was served came to nothing.

  private:
    std::int64_t level_ = 0;  // The largest tag that was served: the pool's virtual time.
    std::map<AccountId, std::int64_t> tags_;
};

}  // namespace gotong::schedule
