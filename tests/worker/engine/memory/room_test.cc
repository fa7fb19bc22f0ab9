// What Linux's files say about memory, as they are written and as they might be.
#include "worker/engine/memory/room.h"

#include <sys/resource.h>

#include <catch2/catch_test_macros.hpp>

namespace gotong::memory {
namespace {

TEST_CASE("a number is found by its key, in kibibytes") {
    const char* const text = "MemTotal:       24689580 kB\nMemAvailable:   1000 kB\nVmData:\t 3 kB";
    CHECK(kibibytes_of(text, "MemAvailable") == 1'024'000);
    CHECK(kibibytes_of(text, "VmData") == 3'072);
    CHECK_FALSE(kibibytes_of(text, "Mem"));
    CHECK_FALSE(kibibytes_of("MemAvailable:  kB", "MemAvailable"));
    CHECK_FALSE(kibibytes_of("", "MemAvailable"));
}

TEST_CASE("a control group leaves what it holds beside files that can go") {
    CHECK(left_in_group("1000\n", "700\n", "anon 500\nfile 200\nfile_mapped 9\n") == 500);
    CHECK(left_in_group("1000\n", "700\n", "") == 300);
    CHECK(left_in_group("1000\n", "1200\n", "file 100\n") == 0);
    CHECK(left_in_group("1000\n", "100\n", "file 200\n") == 1000);
    CHECK_FALSE(left_in_group("max\n", "700\n", "file 200\n"));
    CHECK_FALSE(left_in_group("", "", ""));
}

TEST_CASE("this machine has room, and less under a limit of the process's data") {
    REQUIRE(room());
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_DATA, &before) == 0);
    const rlimit limit{std::uint64_t{1} << 30U, before.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_DATA, &limit) == 0);
    const auto left = room();
    const auto all = whole();
    REQUIRE(::setrlimit(RLIMIT_DATA, &before) == 0);
    CHECK(left.value() < limit.rlim_cur);
    CHECK(all <= limit.rlim_cur);
    CHECK(whole() >= all);
}

}  // namespace
}  // namespace gotong::memory
