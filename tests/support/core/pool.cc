#include "tests/support/core/pool.h"

#include <utility>

#include "common/bytes.h"
#include "common/crypto/sha256.h"
#include "common/model/manifest.h"

namespace gotong::test {

void SeededRng::fill(std::span<std::uint8_t> bytes) {
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(generator_());
}

crypto::SigningKey key_from(std::uint8_t seed) {
    const std::vector<std::uint8_t> bytes(32, seed);
    return std::move(*crypto::SigningKey::from_seed(bytes));
}

Digest digest_of(std::string_view text) { return crypto::sha256(as_bytes(text)); }

store::CatalogueModel model_named(const std::string& name, const std::string& weights) {
    const model::ModelManifest manifest{
        .name = name,
        .family = "sd1",
        .files = {{.path = "model_index.json", .size = 7, .sha256 = digest_of(weights)}},
        .licence = "Apache-2.0",
        .default_width = 512,
        .default_height = 512,
        .size_multiple = 64,
        .max_width = 512,
        .max_height = 512};
    return {.name = name,
            .manifest_json = model::to_json(manifest),
            .digest = crypto::to_hex(model::digest(manifest)),
            .preview_matrix = {},
            .preview_bias = {}};
}

core::Policy test_policy() {
    core::Policy policy;
    policy.pool_name = kPoolName;
    return policy;
}

Pool::Pool(core::Policy policy, std::uint64_t seed)
    : policy_(std::move(policy)),
      rng_(seed),
      notary_(key_from(200), kPoolName),
      now_{Monotonic{} + 1000h, WallTime{} + std::chrono::hours{490'000}} {
    restart();
}

void Pool::remember(const store::CatalogueModel& model) {
    if (const auto manifest = model::manifest_from_json(model.manifest_json))
        files_[model.digest] = model::files_of(*manifest);
}

void Pool::step(const core::Event& event) {
    if (const auto* added = std::get_if<core::AddModel>(&event)) remember(added->model);
    if (std::exchange(is_doomed_, false)) return die_during(event);
    const auto transaction = store_.begin();
    std::vector<core::Send> sends = core_->step(event, now_, *transaction);
    if (transaction->commit()) file(std::move(sends));
}

void Pool::die_during(const core::Event& event) {
    { core_->step(event, now_, *store_.begin()); }
    restart();
}

void Pool::restart() {
    ++starts_;
    core_ = std::make_unique<core::Core>(policy_, rng_, notary_);
    const auto transaction = store_.begin();
    core_->restore(*transaction, now_);
    (void)transaction->commit();
}

void Pool::pass(std::chrono::milliseconds duration) {
    constexpr int kParts = 100;
    for (int i = 0; i < kParts; ++i) {
        now_.monotonic += std::chrono::nanoseconds{duration} / kParts;
        now_.wall += duration * (i + 1) / kParts - duration * i / kParts;
        step(core::Tick{});
    }
}

void Pool::add_model(const store::CatalogueModel& model) {
    (void)ask(core::AddModel{.reply = 0, .model = model}).value();
}

AccountId Pool::add_account(const std::string& name, std::int64_t credits) {
    (void)ask(core::AddAccount{.reply = 0,
                               .name = name,
                               .token_hash = digest_of("token of " + name),
                               .grant = {credits * kCredit}})
        .value();
    return core_->account_of_token(digest_of("token of " + name)).value();
}

Result<core::Submitted> Pool::submit(const job::Submission& submission) {
    auto answer = ask(core::Submit{.reply = 0, .submission = submission});
    if (!answer) return Failure{answer.error()};
    return std::get<core::Submitted>(*answer);
}

JobId Pool::submit_one(AccountId account, const std::string& prompt) {
    job::Submission submission;
    submission.account = account;
    submission.spec.prompt = prompt;
    return submit(submission).value().jobs.front().id;
}

job::InputName Pool::upload(AccountId account, const std::string& bytes) {
    const job::InputName name{account, digest_of(bytes)};
    (void)ask(core::InputStored{.reply = 0, .name = name, .size = bytes.size()}).value();
    return name;
}

job::Job Pool::job(JobId id) { return read()->find_job(id).value(); }

std::string Pool::outcome_of(JobId id, std::uint32_t attempt) {
    return read()->find_attempt(id, attempt).value().outcome;
}

Credits Pool::balance(const std::string& ledger_account) { return read()->balance(ledger_account); }

void Pool::file(std::vector<core::Send> sends) {
    for (core::Send& send : sends) {
        if (auto* reply = std::get_if<core::Reply>(&send)) {
            answers_.emplace(reply->reply, std::move(reply->answer));
        } else if (auto* message = std::get_if<core::ToWorker>(&send)) {
            said_[message->stream].push_back(std::move(message->message));
        } else if (auto* file = std::get_if<core::RemoveInput>(&send)) {
            removed_.push_back(file->name);
        } else if (auto* blob = std::get_if<core::RemoveBlob>(&send)) {
            removed_blobs_.push_back(blob->sha256);
        } else {
            changes_.push_back(std::move(std::get<core::JobChanged>(send)));
        }
    }
}

}  // namespace gotong::test
