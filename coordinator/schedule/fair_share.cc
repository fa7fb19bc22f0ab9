#include "coordinator/schedule/fair_share.h"

#include <algorithm>

namespace gotong::schedule {

std::int64_t FairShare::tag_of(AccountId account) const {
    const auto found = tags_.find(account);
    return found == tags_.end() ? level_ : found->second;
}

void FairShare::arrive(AccountId account) { tags_[account] = std::max(tag_of(account), level_); }

void FairShare::serve(AccountId account, Credits price) {
    const std::int64_t start = tag_of(account);
    level_ = std::max(level_, start);
    tags_[account] = start + price.micro;
}

void FairShare::give_back(AccountId account, Credits price) {
    tags_[account] = tag_of(account) - price.micro;
}

}  // namespace gotong::schedule
