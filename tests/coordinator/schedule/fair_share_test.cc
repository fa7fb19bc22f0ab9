// Shares of service over many rounds, and what idleness is worth: nothing.
#include "coordinator/schedule/fair_share.h"

#include <catch2/catch_test_macros.hpp>

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

}  // namespace
}  // namespace gotong::schedule
