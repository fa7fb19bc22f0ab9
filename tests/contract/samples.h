// Rows with something in every field, so that a store that forgets one is found out.
#pragma once

#include <string>

#include "coordinator/store/store.h"

namespace gotong::store {

template <class SomeId>
SomeId id_of(std::uint8_t n) {
    SomeId id;
    id.bytes.fill(n);
    return id;
}

inline crypto::Digest digest_of(std::uint8_t n) {
    crypto::Digest digest;
    digest.fill(n);
    return digest;
}

inline WallTime at(std::int64_t ms) { return WallTime{std::chrono::milliseconds{ms}}; }

inline Account sample_account(std::uint8_t n) {
    return {.id = id_of<AccountId>(n),
            .name = "account " + std::to_string(n),
            .token_hash = digest_of(n),
            .revoked = false};
}

inline Worker sample_worker(std::uint8_t n) {
    return {.id = id_of<WorkerId>(n),
            .public_key = {digest_of(n)},
            .name = "worker " + std::to_string(n),
            .enrolment = R"({"signed":true})",
            .enrolled = at(1'700'000'000'123),
            .revoked = false};
}

inline Request sample_request(std::uint8_t n, std::string idempotency_key = {}) {
    return {.id = id_of<RequestId>(n),
            .account = id_of<AccountId>(1),
            .idempotency_key = std::move(idempotency_key),
            .request_hash = digest_of(n),
            .submitted = at(1'700'000'000'456)};
}

// Of account 1, request 1. The text has what text can have: a zero byte, quotes, four-byte UTF-8.
inline job::Job sample_job(std::uint8_t n) {
    return {.id = id_of<JobId>(n),
            .request = id_of<RequestId>(1),
            .account = id_of<AccountId>(1),
            .trace = id_of<TraceId>(9),
            .spec = {.model = "emoji",
                     .prompt = std::string("a 'red' \"apple\" \xf0\x9f\x8d\x8e\0!", 22),
                     .negative_prompt = "worms",
                     .width = 512,
                     .height = 256,
                     .steps = 25,
                     .guidance = 7.1,
                     .sampler = "dpmpp_2m",
                     .schedule = "karras",
                     .seed = 0xfedc'ba98'7654'3210U,
                     .is_private = true},
            .model_digest = std::string(64, 'a'),
            .prompt_salt = std::string("\0\xff salt", 7),
            .price = {-5},
            .submitted = at(1'700'000'000'789),
            .start = at(1'700'000'000'790),
            .expires = at(1'700'000'000'791),
            .priority = -3,
            .state = job::State::queued,
            .attempt = 2,
            .holder = {},
            .failed_on = {id_of<WorkerId>(8), id_of<WorkerId>(7)},
            .failure = "out of memory",
            .not_before = at(1'700'000'009'999),
            .requeued = 2,
            .forgiven = 1,
            .picture = {}};
}

inline Original sample_original() {
    return {.picture = digest_of(4),
            .mask = digest_of(5),
            .strength = 0.6,
            .rule = sampling::StrengthRule::diffusers};
}

inline Input sample_input(std::uint8_t n, std::int64_t kept_from = 1'700'000'000'000) {
    return {.name = {.account = id_of<AccountId>(1), .sha256 = digest_of(n)},
            .size = 1'000U + n,
            .kept_from = at(kept_from)};
}

inline job::Attempt sample_attempt(std::uint32_t number) {
    return {.job = id_of<JobId>(1),
            .number = number,
            .worker = id_of<WorkerId>(1),
            .offer_sha256 = digest_of(9),
            .started = at(1'700'000'001'000),
            .ended = std::nullopt,
            .outcome = "",
            .reason = "",
            .choice = "first of 2 free"};
}

// What the rows above refer to.
inline void insert_parents(Transaction& transaction) {
    transaction.insert(sample_account(1));
    transaction.insert(sample_worker(1));
    transaction.insert(sample_request(1));
}

}  // namespace gotong::store
