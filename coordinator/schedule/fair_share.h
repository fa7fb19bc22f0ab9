// Whose turn it is: start-time fair queueing over accounts, by the price of what each was served.
//
// Every account has a tag, in micro-credits of service. The one with the smallest tag is next, and
// being served adds the job's price, divided by the account's weight, to it. So accounts that wait
// are served in proportion to their weights, and nobody starves: a tag that waits stands still
// while those of the served grow past it. Whoever comes back after a pause starts at the pool's
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

    // What a job of this price adds to the account's tag: at least 1.
    std::int64_t charge(AccountId account, Credits price) const;

    // At least 1, which is what every account has until it is told otherwise. What was charged
    // before stays as it was.
    void set_weight(AccountId account, std::uint32_t weight);

    void arrive(AccountId account);  // It has something waiting again, after having nothing.
    void serve(AccountId account, Credits price);
    void give_back(AccountId account, Credits price);  // What was served came to nothing.

  private:
    std::int64_t level_ = 0;  // The largest tag that was served: the pool's virtual time.
    std::map<AccountId, std::int64_t> tags_;
    std::map<AccountId, std::uint32_t> weights_;  // Of those that have another than 1.
};

}  // namespace gotong::schedule
