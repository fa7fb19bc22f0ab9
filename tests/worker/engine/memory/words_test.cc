// Amounts of memory as people read them.
#include "worker/engine/memory/words.h"

#include <catch2/catch_test_macros.hpp>

namespace gotong::memory {
namespace {

TEST_CASE("an amount of memory is never told smaller than it is") {
    CHECK(spelled(0) == "0 MB");
    CHECK(spelled(1) == "1 MB");
    CHECK(spelled(36'000'000) == "36 MB");
    CHECK(spelled(36'000'001) == "37 MB");
    CHECK(spelled(999'000'000) == "999 MB");
    CHECK(spelled(999'000'001) == "1.0 GB");
    CHECK(spelled(5'000'000'001) == "5.1 GB");
    CHECK(spelled(UINT64_MAX) == "18446744073.8 GB");
}

}  // namespace
}  // namespace gotong::memory
