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
    tags_[account] = start + charge(account, price);
}

void FairShare::give_back(AccountId account, Credits price) {
    tags_[account] = tag_of(account) - charge(account, price);
}

std::int64_t FairShare::charge(AccountId account, Credits price) const {
    const auto found = weights_.find(account);
    const std::int64_t weight = found == weights_.end() ? 1 : found->second;
    return std::max<std::int64_t>((price.micro + weight - 1) / weight, 1);
}

void FairShare::set_weight(AccountId account, std::uint32_t weight) {
    if (weight <= 1) {
        weights_.erase(account);
    } else {
        weights_[account] = weight;
    }
}

}  // namespace gotong::schedule
