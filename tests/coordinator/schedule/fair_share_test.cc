// Shares of service over many rounds, and what idleness is worth: nothing.
#include "coordinator/schedule/fair_share.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <map>
#include <random>
#include <set>
#include <utility>
#include <vector>

#include "tests/coordinator/schedule/ids.h"

namespace gotong::schedule {
namespace {

const AccountId kAlice = account_id(1);
const AccountId kBob = account_id(2);

// Serves whoever is next, `rounds` times; alice's jobs cost 1, bob's cost 3. Returns alice's
// number of jobs.
int serve_both(FairShare& share, int rounds) {
    int alices = 0;
    for (int i = 0; i < rounds; ++i) {
        const bool is_alice = share.tag_of(kAlice) <= share.tag_of(kBob);
        alices += is_alice ? 1 : 0;
        share.serve(is_alice ? kAlice : kBob, {is_alice ? 1 : 3});
    }
    return alices;
}

TEST_CASE("accounts share by what they were served, not by the number of jobs") {
    FairShare share;
    share.arrive(kAlice);
    share.arrive(kBob);
    CHECK(serve_both(share, 400) == 300);
}

TEST_CASE("a newcomer starts level with those who were served for long") {
    FairShare share;
    share.arrive(kAlice);
    for (int i = 0; i < 1'000; ++i) share.serve(kAlice, {1});
    share.arrive(kBob);
    CHECK(serve_both(share, 400) >= 299);
    CHECK(serve_both(share, 400) <= 301);
}

TEST_CASE("idleness saves nothing up") {
    FairShare share;
    share.arrive(kAlice);
    share.arrive(kBob);
    share.serve(kBob, {3});
    for (int i = 0; i < 1'000; ++i) share.serve(kAlice, {1});
    share.arrive(kBob);  // After a pause of 997.
    CHECK(share.tag_of(kBob) >= share.tag_of(kAlice) - 1);
}

TEST_CASE("what came to nothing is given back") {
    FairShare share;
    share.arrive(kAlice);
    const auto before = share.tag_of(kAlice);
    share.serve(kAlice, {5});
    share.give_back(kAlice, {5});
    CHECK(share.tag_of(kAlice) == before);
}

// Whoever is next among those that always wait is served a job of a random price. Returns what each
// was served, in micro-credits.
std::map<AccountId, std::int64_t> serve_many(FairShare& share, const std::set<AccountId>& waiting,
                                             int rounds, std::mt19937& random) {
    std::map<AccountId, std::int64_t> served;
    for (const AccountId& account : waiting) share.arrive(account);
    for (int i = 0; i < rounds; ++i) {
        const AccountId next = *std::ranges::min_element(waiting, {}, [&](const AccountId& it) {
            return std::pair{share.tag_of(it), it};
        });
        const auto price = static_cast<std::int64_t>(100'000 + random() % 4'000'000);
        share.serve(next, {price});
        served[next] += price;
    }
    return served;
}

TEST_CASE(
    "accounts that wait are served in proportion to their weights, whatever their jobs cost") {
    for (std::uint32_t seed = 1; seed <= 20; ++seed) {
        INFO("seed " << seed);
        std::mt19937 random{seed};
        FairShare share;
        const std::vector<std::uint32_t> weights{1, 2, 5, 100};
        std::set<AccountId> waiting;
        for (std::uint8_t n = 0; n < weights.size(); ++n) {
            share.set_weight(account_id(n), weights[n]);
            waiting.insert(account_id(n));
        }
        const auto served = serve_many(share, waiting, 20'000, random);
        // Each tag is within one job of the others, so each share is within one job of its due.
        const double unit = static_cast<double>(served.at(account_id(0)));
        for (std::uint8_t n = 0; n < weights.size(); ++n) {
            const double due = unit * weights[n];
            const double apart = static_cast<double>(served.at(account_id(n))) - due;
            CHECK(std::abs(apart) <= 4.1e6 * (weights[n] + 1));
        }
    }
}

TEST_CASE(
    "the lightest account is served again before the heaviest has had its weight twice over") {
    FairShare share;
    share.set_weight(kBob, 100);
    share.arrive(kAlice);
    share.arrive(kBob);
    int since = 0;
    for (int i = 0; i < 5'000; ++i) {
        const bool is_alice = share.tag_of(kAlice) <= share.tag_of(kBob);
        share.serve(is_alice ? kAlice : kBob, {1'000'000});
        since = is_alice ? 0 : since + 1;
        CHECK(since <= 200);
    }
}

TEST_CASE("a weight that is changed counts from the next job on") {
    FairShare share;
    share.arrive(kAlice);
    share.serve(kAlice, {1'000});
    const auto before = share.tag_of(kAlice);
    share.set_weight(kAlice, 10);
    CHECK(share.tag_of(kAlice) == before);
    share.serve(kAlice, {1'000});
    CHECK(share.tag_of(kAlice) == before + 100);
    share.set_weight(kAlice, 1);
    CHECK(share.charge(kAlice, {1'000}) == 1'000);
}

}  // namespace
}  // namespace gotong::schedule
