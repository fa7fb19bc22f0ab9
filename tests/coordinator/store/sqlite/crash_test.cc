// What a kill leaves behind. A child commits, tells its parent after each commit, and dies without
// a chance to tidy up; the parent then opens what is left.
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <csignal>

#include "coordinator/store/sqlite/store.h"
#include "tests/contract/samples.h"
#include "tests/support/temp_dir.h"

namespace gotong::store {
namespace {

constexpr std::uint8_t kJobs = 20;  // Committed before the kill.

// In the child: one transaction a job, and a byte to the parent when it is durable.
[[noreturn]] void commit_until_killed(const std::filesystem::path& folder, int report) {
    const auto store = sqlite::open(folder);
    if (!store) ::_exit(1);
    for (std::uint8_t n = 0;; ++n) {
        const auto t = (*store)->begin();
        if (n == 0) insert_parents(*t);
        job::Job job = sample_job(1);
        job.id.bytes = {n};
        t->insert(job);
        t->post({"hold", std::to_string(n), at(1), {{"free", {-1}}, {"held", {1}}}});
        if (!t->commit() || ::write(report, "x", 1) != 1) ::_exit(1);
    }
}

TEST_CASE("after kill -9 every commit that was reported is there, and no half of another") {
    const test::TempDir folder;
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const pid_t child = ::fork();
    if (child == 0) commit_until_killed(folder.path(), ends[1]);
    ::close(ends[1]);
    char reported[kJobs];
    ssize_t got = 0;
    while (got < kJobs) {
        const ssize_t more = ::read(ends[0], reported, static_cast<std::size_t>(kJobs - got));
        REQUIRE(more > 0);
        got += more;
    }
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    ::close(ends[0]);
    REQUIRE(WIFSIGNALED(status));

    const auto store = sqlite::open(folder.path());
    REQUIRE(store);
    const auto t = (*store)->begin();
    const auto jobs = static_cast<std::int64_t>(t->open_jobs().size());
    CHECK(jobs >= kJobs);
    CHECK(t->balance("held") == Credits{jobs});
    CHECK(t->balance("free") == Credits{-jobs});
}

TEST_CASE("a transaction that was open at the kill has left no trace") {
    const test::TempDir folder;
    const pid_t child = ::fork();
    if (child == 0) {
        const auto store = sqlite::open(folder.path());
        const auto t = (*store)->begin();
        insert_parents(*t);
        // More than SQLite's page cache holds, so that some of it is in the log already.
        for (int n = 0; n < 8; ++n) {
            t->put_setting(std::to_string(n), std::string(1U << 20U, 'x'));
        }
        ::_exit(9);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    REQUIRE((WIFEXITED(status) && WEXITSTATUS(status) == 9));
    const auto store = sqlite::open(folder.path());
    REQUIRE(store);
    CHECK((*store)->begin()->accounts().empty());
    CHECK_FALSE((*store)->begin()->setting("0"));
}

}  // namespace
}  // namespace gotong::store
