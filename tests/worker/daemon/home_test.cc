// The daemon's folder: one daemon at a time, and a membership that reads back as it was written.
#include "worker/daemon/home.h"

#include <catch2/catch_test_macros.hpp>
#include <fstream>

#include "tests/support/temp_dir.h"

namespace gotong::daemon {
namespace {

Membership membership() {
    const auto pool = crypto::SigningKey::generate();
    return {.pool = {.address = "pool.example:7436",
                     .fingerprint = Digest{1, 2, 3},
                     .web_trusted = false,
                     .pool_key = pool.public_key()},
            .pool_name = "pool",
            .models = "/models",
            .enrolment = receipt::sign_envelope("application/x", "payload", pool)};
}

TEST_CASE("a membership reads back as it was remembered") {
    const test::TempDir temp;
    const auto home = Home::open(temp / "worker");
    REQUIRE(home);
    const Membership written = membership();
    REQUIRE(home->remember(written));
    const auto read = home->membership();
    REQUIRE(read);
    CHECK(read->pool.address == written.pool.address);
    CHECK(read->pool.fingerprint == written.pool.fingerprint);
    CHECK(read->pool.pool_key == written.pool.pool_key);
    CHECK(read->pool_name == "pool");
    CHECK(read->models == "/models");
    CHECK(read->enrolment == written.enrolment);
}

TEST_CASE("a pool on this machine has no certificate to remember") {
    const test::TempDir temp;
    const auto home = Home::open(temp.path());
    Membership written = membership();
    written.pool.fingerprint.reset();
    REQUIRE(home->remember(written));
    CHECK_FALSE(home->membership()->pool.fingerprint);
}

TEST_CASE("a folder that has joined no pool says what to do") {
    const test::TempDir temp;
    const auto home = Home::open(temp.path());
    const auto none = home->membership();
    REQUIRE_FALSE(none);
    CHECK(none.error().code == ErrorCode::not_found);
    CHECK(none.error().message.find("gotong-worker join") != std::string::npos);
}

TEST_CASE("a second daemon on the same folder is refused until the first has gone") {
    const test::TempDir temp;
    {
        const auto first = Home::open(temp.path());
        REQUIRE(first);
        const auto second = Home::open(temp.path());
        REQUIRE_FALSE(second);
        CHECK(second.error().code == ErrorCode::failed_precondition);
    }
    CHECK(Home::open(temp.path()));
}

TEST_CASE("a damaged membership is an error and not a guess") {
    const test::TempDir temp;
    const auto home = Home::open(temp.path());
    std::ofstream{temp / "worker.json"} << R"({"pool":"p")";
    CHECK(home->membership().error().code == ErrorCode::data_loss);
}

}  // namespace
}  // namespace gotong::daemon
