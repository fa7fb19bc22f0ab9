// Who tests the tests: every fault that is planted on purpose must be caught within some seeds.
//
// Each mutant is played in a process of its own, since the core's and the ledger's own checks catch
// some of them by ending it.
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <csignal>
#include <cstdio>
#include <string>

#include "tests/simulation/violation.h"
#include "tests/simulation/world.h"

namespace gotong::simulation {
namespace {

constexpr std::uint64_t kSeeds = 60;  // For each mutant, at the most.
constexpr int kSurvived = 1;

// In the child.
[[noreturn]] void play(Mutant mutant) {
    std::signal(SIGABRT, SIG_DFL);  // A check of ours that ends the process is no failed test.
    for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
        Coverage coverage;
        try {
            (void)simulate(plan_for(seed, mutant), coverage);
        } catch (const Violation& violation) {
            std::fprintf(stderr, "%s: seed %llu: %s\n", std::string(name_of(mutant)).c_str(),
                         static_cast<unsigned long long>(seed), violation.what());
            ::_exit(0);
        }
    }
    ::_exit(kSurvived);
}

bool is_caught(Mutant mutant) {
    const pid_t child = ::fork();
    if (child == 0) play(mutant);
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFSIGNALED(status) || WEXITSTATUS(status) != kSurvived;
}

TEST_CASE("every planted fault is caught") {
    for (int number = 1; number < static_cast<int>(Mutant::count_); ++number) {
        const auto mutant = static_cast<Mutant>(number);
        INFO("survived " << kSeeds << " seeds: " << name_of(mutant));
        CHECK(is_caught(mutant));
    }
}

}  // namespace
}  // namespace gotong::simulation
