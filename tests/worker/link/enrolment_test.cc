// What a worker proves when it shows an invite, and what it believes of the answer.
#include "worker/link/enrolment.h"

#include <catch2/catch_test_macros.hpp>

#include "common/receipt/enrolment.h"
#include "tests/worker/link/fake_pool.h"
#include "worker/link/channel.h"
#include "worker/link/convert.h"

namespace gotong::link {
namespace {

receipt::Envelope enrolment_of(const crypto::PublicKey& worker, const crypto::SigningKey& signer) {
    return receipt::sign_envelope(
        std::string{receipt::kEnrolmentPayloadType},
        receipt::enrolment_payload({.worker = worker,
                                    .account = "tower",
                                    .pool = "pool",
                                    .not_before = WallTime{std::chrono::hours{1}},
                                    .not_after = WallTime{std::chrono::hours{2}}})
            .value(),
        signer);
}

// A pool that signs whatever key comes, with `signer`.
FakePool::Script signs_with(const crypto::SigningKey*& signer) {
    return {.enrol = [&signer](const v1::EnrolRequest& request, v1::EnrolResponse& response) {
        const auto key = crypto::checked_public_key(as_bytes(request.public_key()));
        response.mutable_pool()->set_name("pool");
        response.mutable_pool()->set_public_key(std::string{as_text(signer->public_key().bytes)});
        *response.mutable_enrolment() = to_proto(enrolment_of(*key, *signer));
        return grpc::Status::OK;
    }};
}

invite::Invite invite_to(const FakePool& pool) {
    return {.address = pool.endpoint().address,
            .pool_key = pool.key().public_key(),
            .pool_name = "pool",
            .token = "gti_token",
            .fingerprint = std::nullopt};
}

TEST_CASE("the pool's signed word about our key is what enrolling gives") {
    const crypto::SigningKey* signer = nullptr;
    const FakePool pool{signs_with(signer)};
    signer = &pool.key();
    const auto key = crypto::SigningKey::generate();
    const auto enrolled =
        enrol(open_channel(pool.endpoint()).value(), invite_to(pool), key, "tower");
    REQUIRE(enrolled);
    CHECK(enrolled->pool_name == "pool");
    CHECK(receipt::is_signed_by(enrolled->enrolment, pool.key().public_key()));
}

TEST_CASE("an answer by another key than the invite's is refused") {
    const auto impostor = crypto::SigningKey::generate();
    const crypto::SigningKey* signer = &impostor;
    const FakePool pool{signs_with(signer)};
    const auto key = crypto::SigningKey::generate();
    const auto refused =
        enrol(open_channel(pool.endpoint()).value(), invite_to(pool), key, "tower");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::permission_denied);
}

TEST_CASE("the request is signed over the token and the pool's key") {
    v1::EnrolRequest seen;
    const FakePool pool{{.enrol = [&](const v1::EnrolRequest& request, v1::EnrolResponse&) {
        seen = request;
        return grpc::Status{grpc::StatusCode::PERMISSION_DENIED, "the invite was used before"};
    }}};
    const auto key = crypto::SigningKey::generate();
    const auto refused =
        enrol(open_channel(pool.endpoint()).value(), invite_to(pool), key, "tower");
    REQUIRE_FALSE(refused);
    CHECK(refused.error() == Error{ErrorCode::permission_denied, "the invite was used before", {}});
    crypto::Signature signature;
    REQUIRE(seen.signature().size() == signature.bytes.size());
    std::ranges::copy(as_bytes(seen.signature()), signature.bytes.begin());
    const std::string signed_bytes =
        "DSSEv1 39 application/vnd.gotong.enrol-request.v1 41 gti_token" +
        std::string{as_text(pool.key().public_key().bytes)};
    CHECK(crypto::verify(key.public_key(), as_bytes(signed_bytes), signature));
}

}  // namespace
}  // namespace gotong::link
