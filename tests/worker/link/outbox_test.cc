// The outbox on a real disk, across deaths of the process that writes it.
#include "worker/link/outbox.h"

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>

#include "common/crypto/sha256.h"
#include "tests/support/temp_dir.h"

namespace gotong::link {
namespace {

namespace fs = std::filesystem;

worker::Lease lease(std::uint8_t job, std::uint32_t attempt = 1) {
    worker::Lease made{.job = {}, .attempt = attempt};
    made.job.bytes.fill(job);
    return made;
}

receipt::Envelope envelope() {
    return receipt::sign_envelope("application/x", "payload", crypto::SigningKey::generate());
}

TEST_CASE("what was put in is found again, byte for byte, until it is dropped") {
    const test::TempDir temp;
    const auto outbox = Outbox::open(temp / "outbox");
    REQUIRE(outbox);
    const receipt::Envelope statement = envelope();
    const auto kept = outbox->put(lease(1, 7), statement, "picture");
    REQUIRE(kept);
    CHECK(kept->sha256 == crypto::sha256(as_bytes("picture")));
    CHECK(kept->size == 7);
    const auto again = Outbox::open(temp / "outbox");
    const auto list = again->list();
    REQUIRE(list.size() == 1);
    CHECK(list[0].lease == lease(1, 7));
    CHECK(list[0].kept.sha256 == kept->sha256);
    CHECK(again->picture(lease(1, 7)).value() == "picture");
    CHECK(again->statement(lease(1, 7)).value() == statement);
    again->drop(lease(1, 7));
    CHECK(Outbox::open(temp / "outbox")->list().empty());
}

TEST_CASE("an entry survives the death of its writer right after put()") {
    const test::TempDir temp;
    const pid_t child = ::fork();
    if (child == 0) {
        const auto outbox = Outbox::open(temp / "outbox");
        if (!outbox->put(lease(1), envelope(), "picture")) ::_exit(1);
        ::raise(SIGKILL);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    REQUIRE(WIFSIGNALED(status));
    CHECK(Outbox::open(temp / "outbox")->list().size() == 1);
}

TEST_CASE("a writer that is killed at any moment leaves whole entries only") {
    for (int microseconds = 0; microseconds <= 8'000; microseconds += 400) {
        const test::TempDir temp;
        const pid_t child = ::fork();
        if (child == 0) {
            const auto outbox = Outbox::open(temp / "outbox");
            const receipt::Envelope statement = envelope();
            for (std::uint8_t job = 1; job < 250; ++job) {
                if (!outbox->put(lease(job), statement, std::string(10'000, 'p'))) ::_exit(1);
            }
            ::_exit(0);
        }
        ::usleep(static_cast<useconds_t>(microseconds));
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
        const auto outbox = Outbox::open(temp / "outbox");
        REQUIRE(outbox);
        for (const worker::KeptResult& result : outbox->list()) {
            CHECK(result.kept.size == 10'000);
            CHECK(outbox->statement(result.lease));
        }
        for (const auto& entry : fs::directory_iterator{temp / "outbox"})
            CHECK(entry.path().extension().empty());  // Nothing half written, nothing damaged.
    }
}

TEST_CASE("a damaged entry is moved aside and the others are found") {
    const test::TempDir temp;
    const auto outbox = Outbox::open(temp / "outbox");
    REQUIRE(outbox->put(lease(1), envelope(), "one"));
    REQUIRE(outbox->put(lease(2), envelope(), "two"));
    std::ofstream{temp / "outbox" / (lease(1).job.to_hex() + "-1") / "statement.json"} << "{";
    const auto list = outbox->list();
    REQUIRE(list.size() == 1);
    CHECK(list[0].lease == lease(2));
    CHECK(fs::exists(temp / "outbox" / (lease(1).job.to_hex() + "-1.damaged")));
}

TEST_CASE("the folder is its owner's alone, and strange names in it are left alone") {
    const test::TempDir temp;
    const auto outbox = Outbox::open(temp / "outbox");
    fs::create_directory(temp / "outbox/notes");
    fs::create_directory(temp / "outbox" / (std::string(32, '1') + "-x"));
    CHECK(outbox->list().empty());
    CHECK(fs::exists(temp / "outbox/notes"));
    CHECK(fs::status(temp / "outbox").permissions() == fs::perms::owner_all);
}

TEST_CASE("the same attempt can be put once only") {
    const test::TempDir temp;
    const auto outbox = Outbox::open(temp / "outbox");
    REQUIRE(outbox->put(lease(1), envelope(), "one"));
    CHECK_FALSE(outbox->put(lease(1), envelope(), "another"));
    CHECK(outbox->picture(lease(1)).value() == "one");
}

}  // namespace
}  // namespace gotong::link
