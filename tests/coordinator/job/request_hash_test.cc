// Every field that a creator can set makes another request.
#include "coordinator/job/request_hash.h"

#include <catch2/catch_test_macros.hpp>
#include <set>

namespace gotong::job {
namespace {

TEST_CASE("a change of any field is another request") {
    std::vector<Submission> requests(21);
    requests[1].count = 2;
    requests[2].spec.model = "x";
    requests[3].spec.prompt = "x";
    requests[4].spec.negative_prompt = "x";
    requests[5].spec.width = 64;
    requests[6].spec.height = 64;
    requests[7].spec.steps = 25;
    requests[8].spec.guidance = 5.0;
    requests[9].spec.sampler = "x";
    requests[10].spec.schedule = "x";
    requests[11].spec.seed = 0;
    requests[12].spec.is_private = true;
    for (std::size_t i = 13; i < 18; ++i) requests[i].spec.original.emplace();
    requests[14].spec.original->picture_sha256 = "x";
    requests[15].spec.original->mask_sha256 = "x";
    requests[16].spec.original->strength = 0.75;
    requests[17].spec.original->strength_rule = "a1111";
    requests[18].start_in = 5ms;
    requests[19].expires_in = 5ms;
    requests[20].priority = 5;
    std::set<Digest> hashes;
    for (const Submission& request : requests) hashes.insert(request_hash(request));
    CHECK(hashes.size() == requests.size());
}

TEST_CASE("account and idempotency key are not part of the request") {
    Submission one;
    Submission two;
    two.account.bytes[0] = 1;
    two.idempotency_key = "key";
    CHECK(request_hash(one) == request_hash(two));
}

}  // namespace
}  // namespace gotong::job
