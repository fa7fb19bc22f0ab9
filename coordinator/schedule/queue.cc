#include "coordinator/schedule/queue.h"

#include <algorithm>
#include <tuple>

#include "common/check.h"

namespace gotong::schedule {

void Queue::add(Waiting waiting, WallTime not_before, WallTime now,
                std::chrono::milliseconds longest) {
    check(!waiting_.contains(waiting.job), "a job was queued twice");
    const bool is_delayed = not_before > now && not_before - now <= longest;
    const JobId job = waiting.job;
    const WallTime until = is_delayed ? not_before : WallTime{};
    const Entry& entry =
        waiting_.insert_or_assign(job, Entry{std::move(waiting), until, longest}).first->second;
    if (is_delayed) {
        delayed_.emplace(not_before, job);
    } else {
        enter(entry.waiting);
    }
}

void Queue::remove(JobId job) {
    const auto found = waiting_.find(job);
    check(found != waiting_.end(), "a job left the queue that was not in it");
    if (found->second.not_before == WallTime{}) {
        leave(found->second.waiting);
    } else {
        delayed_.erase({found->second.not_before, job});
    }
    waiting_.erase(found);
}

void Queue::serve(JobId job) {
    const Waiting waiting = waiting_.at(job).waiting;
    remove(job);
    retag(waiting.account, [&] { share_.serve(waiting.account, waiting.price); });
}

void Queue::give_back(AccountId account, Credits price) {
    retag(account, [&] { share_.give_back(account, price); });
}

bool Queue::admit(WallTime now) {
    bool admitted = false;
    while (!delayed_.empty()) {
        const auto [due, job] = *delayed_.begin();
        Entry& entry = waiting_.at(job);
        if (due > now && due - now <= entry.longest) break;
        delayed_.erase(delayed_.begin());
        entry.not_before = {};
        enter(entry.waiting);
        admitted = true;
    }
    return admitted;
}

// Accounts with the same tag go in the order of their ids here as within a lane, and an account's
// own jobs by priority: whatever an account says of its jobs moves no other account's.
std::vector<const Waiting*> Queue::fronts() const {
    using Turn = std::tuple<std::int64_t, AccountId, Place>;
    std::vector<std::pair<Turn, const Waiting*>> turns;
    for (const auto& [needs, lane] : lanes_) {
        const auto& [tag, account] = *lane.turns.begin();
        const Place& place = lane.rows.at(account).front();
        turns.push_back({{tag, account, place}, &waiting_.at(place.job).waiting});
    }
    std::sort(turns.begin(), turns.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<const Waiting*> fronts;
    for (const auto& [turn, waiting] : turns) fronts.push_back(waiting);
    return fronts;
}

std::vector<const Waiting*> Queue::line(const Needs& needs, std::size_t most) const {
    struct Next {
        std::int64_t tag = 0;
        AccountId account;
        std::size_t position = 0;  // In its row.
        auto operator<=>(const Next&) const = default;
    };
    const Lane& lane = lanes_.at(needs);
    std::set<Next> next;
    for (const auto& [tag, account] : lane.turns) {
        if (next.size() == most) break;  // Nobody further back is among the first so many.
        next.insert({tag, account, 0});
    }
    std::vector<const Waiting*> line;
    while (line.size() < most && !next.empty()) {
        const auto [tag, account, position] = next.extract(next.begin()).value();
        const Row& row = lane.rows.at(account);
        const Waiting& waiting = waiting_.at(row[position].job).waiting;
        line.push_back(&waiting);
        if (position + 1 == row.size()) continue;
        next.insert({tag + share_.charge(account, waiting.price), account, position + 1});
    }
    return line;
}

void Queue::pass_over(JobId job, Monotonic now) {
    auto& since = waiting_.at(job).waiting.passed_over;
    if (!since) since = now;
}

std::size_t Queue::ahead_of(JobId job) const {
    const Entry& entry = waiting_.at(job);
    if (entry.not_before != WallTime{}) return waiting_.size() - delayed_.size();
    const Waiting& waiting = entry.waiting;
    std::size_t own = 0;  // Of the same account, over all lanes of the model.
    for (const auto& [needs, lane] : lanes_) {
        const auto row = lane.rows.find(waiting.account);
        if (needs.kind.model_digest != waiting.needs.kind.model_digest || row == lane.rows.end())
            continue;
        const auto at = std::lower_bound(row->second.begin(), row->second.end(), place_of(waiting));
        own += static_cast<std::size_t>(at - row->second.begin());
    }
    std::size_t ahead = own;
    for (const auto& [needs, lane] : lanes_) {
        if (needs.kind.model_digest == waiting.needs.kind.model_digest)
            ahead += ahead_in(lane, waiting, own);
    }
    return ahead;
}

// An account goes first as long as its tag, which grows with each job, is below the one that ours
// will have reached.
std::size_t Queue::ahead_in(const Lane& lane, const Waiting& waiting, std::size_t own) const {
    const std::int64_t reached =
        share_.tag_of(waiting.account) +
        static_cast<std::int64_t>(own) * share_.charge(waiting.account, waiting.price);
    std::size_t ahead = 0;
    for (const auto& [tag, account] : lane.turns) {
        if (account == waiting.account || tag > reached) continue;
        const std::int64_t price = share_.charge(account, waiting.price);
        const std::int64_t behind = reached - tag;
        const bool wins_tie = behind % price == 0 && account < waiting.account;
        const std::int64_t turns = (behind + price - 1) / price + (wins_tie ? 1 : 0);
        ahead += std::min(static_cast<std::size_t>(turns), lane.rows.at(account).size());
    }
    return ahead;
}

void Queue::set_weight(AccountId account, std::uint32_t weight) {
    share_.set_weight(account, weight);
}

std::size_t Queue::ready_for(const std::set<std::string>& digests) const {
    std::size_t ready = 0;
    for (const auto& [needs, lane] : lanes_) {
        if (!digests.contains(needs.kind.model_digest)) continue;
        for (const auto& [account, row] : lane.rows) ready += row.size();
    }
    return ready;
}

// Each priority's first is its oldest.
std::optional<JobId> Queue::oldest() const {
    std::optional<std::pair<std::uint64_t, JobId>> oldest;
    for (const auto& [needs, lane] : lanes_) {
        for (const auto& [account, row] : lane.rows) {
            for (auto at = row.begin(); at != row.end();) {
                if (!oldest || at->order < oldest->first) oldest = {at->order, at->job};
                at = std::lower_bound(at, row.end(), Place{at->after + 1, 0, {}});
            }
        }
    }
    if (!oldest) return std::nullopt;
    return oldest->second;
}

std::vector<JobId> Queue::of_model(const std::string& digest) const {
    std::vector<JobId> jobs;
    for (const auto& [job, entry] : waiting_) {
        if (entry.waiting.needs.kind.model_digest == digest) jobs.push_back(job);
    }
    return jobs;
}

void Queue::enter(const Waiting& waiting) {
    if (!is_waiting(waiting.account)) share_.arrive(waiting.account);
    Lane& lane = lanes_[waiting.needs];
    Row& row = lane.rows[waiting.account];
    const Place place = place_of(waiting);
    row.insert(std::lower_bound(row.begin(), row.end(), place), place);
    lane.turns.emplace(share_.tag_of(waiting.account), waiting.account);
}

void Queue::leave(const Waiting& waiting) {
    const auto lane = lanes_.find(waiting.needs);
    const auto row = lane->second.rows.find(waiting.account);
    const Place place = place_of(waiting);
    row->second.erase(std::lower_bound(row->second.begin(), row->second.end(), place));
    if (!row->second.empty()) return;
    lane->second.rows.erase(row);
    lane->second.turns.erase({share_.tag_of(waiting.account), waiting.account});
    if (lane->second.rows.empty()) lanes_.erase(lane);
}

bool Queue::is_waiting(AccountId account) const {
    return std::any_of(lanes_.begin(), lanes_.end(),
                       [&](const auto& lane) { return lane.second.rows.contains(account); });
}

// Changes the account's tag, and its place in each lane with it.
template <class Change>
void Queue::retag(AccountId account, Change change) {
    const std::int64_t before = share_.tag_of(account);
    change();
    const std::int64_t after = share_.tag_of(account);
    for (auto& [needs, lane] : lanes_) {
        if (!lane.rows.contains(account)) continue;
        lane.turns.erase({before, account});
        lane.turns.emplace(after, account);
    }
}

}  // namespace gotong::schedule
