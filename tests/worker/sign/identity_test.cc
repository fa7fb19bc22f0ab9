// The machine's key on disk, and whose word counts about it.
#include "worker/sign/identity.h"

#include <catch2/catch_test_macros.hpp>
#include <filesystem>

#include "common/receipt/enrolment.h"
#include "tests/support/temp_dir.h"

namespace gotong::sign {
namespace {

namespace fs = std::filesystem;

receipt::Envelope enrolment_of(const crypto::PublicKey& worker, const crypto::SigningKey& pool) {
    const receipt::Enrolment enrolment{.worker = worker,
                                       .account = "tower",
                                       .pool = "pool",
                                       .not_before = WallTime{std::chrono::hours{1}},
                                       .not_after = WallTime{std::chrono::hours{2}}};
    return receipt::sign_envelope(std::string{receipt::kEnrolmentPayloadType},
                                  receipt::enrolment_payload(enrolment).value(), pool);
}

TEST_CASE("a key is made once, for its owner alone, and found again") {
    const test::TempDir folder;
    const auto first = load_or_create_key(folder.path());
    REQUIRE(first);
    CHECK(fs::status(folder / "worker.key").permissions() ==
          (fs::perms::owner_read | fs::perms::owner_write));
    CHECK(load_or_create_key(folder.path())->public_key() == first->public_key());
}

TEST_CASE("a key that others may read is refused with the way to mend it") {
    const test::TempDir folder;
    REQUIRE(load_or_create_key(folder.path()));
    fs::permissions(folder / "worker.key", fs::perms::group_read, fs::perm_options::add);
    const auto refused = load_or_create_key(folder.path());
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::permission_denied);
    CHECK(refused.error().message.find("chmod 600") != std::string::npos);
}

TEST_CASE("only the pool's own word about our key is an enrolment") {
    const auto pool = crypto::SigningKey::generate();
    const auto other = crypto::SigningKey::generate();
    const auto worker = crypto::SigningKey::generate();
    const auto& key = worker.public_key();
    CHECK(check_enrolment(enrolment_of(key, pool), key, pool.public_key()));
    CHECK_FALSE(check_enrolment(enrolment_of(key, other), key, pool.public_key()));
    CHECK_FALSE(check_enrolment(enrolment_of(other.public_key(), pool), key, pool.public_key()));
    receipt::Envelope other_kind = enrolment_of(key, pool);
    other_kind =
        receipt::sign_envelope("application/vnd.gotong.offer.v1+json", other_kind.payload, pool);
    CHECK_FALSE(check_enrolment(other_kind, key, pool.public_key()));
}

}  // namespace
}  // namespace gotong::sign
