// Requests and their jobs.
#include <cstring>

#include "common/sampling/strength.h"
#include "coordinator/store/sqlite/query.h"
#include "coordinator/store/sqlite/transaction.h"

namespace gotong::sqlite {
namespace {

constexpr std::size_t kIdSize = sizeof(WorkerId::bytes);

std::string joined(const std::set<WorkerId>& workers) {
    std::string bytes;
    for (const WorkerId& worker : workers) bytes += as_text(worker.bytes);
    return bytes;
}

std::set<WorkerId> split(std::string_view bytes) {
    std::set<WorkerId> workers;
    for (; bytes.size() >= kIdSize; bytes.remove_prefix(kIdSize)) {
        WorkerId worker;
        std::memcpy(worker.bytes.data(), bytes.data(), kIdSize);
        workers.insert(worker);
    }
    return workers;
}

// The columns that every SELECT below names, in the order in which they are taken.
#define GOTONG_JOB_COLUMNS                                                                   \
    "id, request, account, trace, model, prompt, negative_prompt, width, height, steps, "    \
    "guidance, "                                                                             \
    "sampler, schedule, seed, private, original_picture, original_mask, original_strength, " \
    "original_rule, model_digest, prompt_salt, price, submitted, start, expires, priority, " \
    "state, attempt, holder, failed_on, failure, not_before, requeued, forgiven, "           \
    "picture_sha256, picture_size, bundle, ended, picture_removed, body_removed"

std::optional<Original> original_at(Query& row) {
    const auto picture = row.take<std::optional<crypto::Digest>>();
    const auto mask = row.take<std::optional<crypto::Digest>>();
    const auto strength = row.take<std::optional<double>>();
    const auto rule = sampling::strength_rule_named(row.take<std::string>());
    if (!picture) return std::nullopt;
    return Original{.picture = *picture,
                    .mask = mask,
                    .strength = strength.value_or(sampling::kDefaultStrength),
                    .rule = rule.value_or(sampling::StrengthRule::a1111)};
}

RenderSpec spec_at(Query& row) {
    return {.model = row.take<std::string>(),
            .prompt = row.take<std::string>(),
            .negative_prompt = row.take<std::string>(),
            .width = row.take<std::uint32_t>(),
            .height = row.take<std::uint32_t>(),
            .steps = row.take<std::uint32_t>(),
            .guidance = row.take<double>(),
            .sampler = row.take<std::string>(),
            .schedule = row.take<std::string>(),
            .seed = row.take<std::uint64_t>(),
            .is_private = row.take<bool>(),
            .original = original_at(row)};
}

// As they are bound; all null without an original.
struct OriginalColumns {
    std::optional<crypto::Digest> picture;
    std::optional<crypto::Digest> mask;
    std::optional<double> strength;
    std::optional<std::string> rule;
};

OriginalColumns columns_of(const std::optional<Original>& original) {
    if (!original) return {};
    return {.picture = original->picture,
            .mask = original->mask,
            .strength = original->strength,
            .rule = std::string(sampling::name_of(original->rule))};
}

job::Picture picture_at(Query& row) {
    return {.sha256 = row.take<crypto::Digest>(),
            .size = row.take<std::uint64_t>(),
            .bundle = row.take<std::string>()};
}

job::Job job_at(Query& row) {
    return {.id = row.take<JobId>(),
            .request = row.take<RequestId>(),
            .account = row.take<AccountId>(),
            .trace = row.take<TraceId>(),
            .spec = spec_at(row),
            .model_digest = row.take<std::string>(),
            .prompt_salt = row.take<std::string>(),
            .price = row.take<Credits>(),
            .submitted = row.take<WallTime>(),
            .start = row.take<WallTime>(),
            .expires = row.take<WallTime>(),
            .priority = row.take<std::int32_t>(),
            .state = row.take<job::State>(),
            .attempt = row.take<std::uint32_t>(),
            .holder = row.take<WorkerId>(),
            .failed_on = split(row.take<std::string>()),
            .failure = row.take<std::string>(),
            .not_before = row.take<WallTime>(),
            .requeued = row.take<std::uint32_t>(),
            .forgiven = row.take<std::uint32_t>(),
            .picture = picture_at(row),
            .ended = row.take<std::optional<WallTime>>(),
            .picture_removed = row.take<std::optional<WallTime>>(),
            .body_removed = row.take<std::optional<WallTime>>()};
}

std::vector<job::Job> jobs_in(Query& query) {
    std::vector<job::Job> jobs;
    while (query.next()) jobs.push_back(job_at(query));
    return jobs;
}

}  // namespace

void Transaction::insert(const store::Request& request) {
    std::optional<std::string_view> key;
    if (!request.idempotency_key.empty()) key = request.idempotency_key;
    Query(database_, "INSERT OR FAIL INTO request VALUES (?, ?, ?, ?, ?)", request.id,
          request.account, key, request.request_hash, request.submitted)
        .run();
}

std::optional<store::Request> Transaction::find_request(AccountId account,
                                                        std::string_view idempotency_key) {
    Query query(database_,
                "SELECT id, request_hash, submitted FROM request "
                "WHERE account = ? AND idempotency_key = ?",
                account, idempotency_key);
    if (!query.next()) return std::nullopt;
    return store::Request{.id = query.take<RequestId>(),
                          .account = account,
                          .idempotency_key = std::string(idempotency_key),
                          .request_hash = query.take<crypto::Digest>(),
                          .submitted = query.take<WallTime>()};
}

void Transaction::insert(const job::Job& job) {
    const RenderSpec& spec = job.spec;
    const OriginalColumns original = columns_of(spec.original);
    Query(database_,
          "INSERT OR FAIL INTO job (" GOTONG_JOB_COLUMNS
          ") VALUES "
          "(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
          job.id, job.request, job.account, job.trace, spec.model, spec.prompt,
          spec.negative_prompt, spec.width, spec.height, spec.steps, spec.guidance, spec.sampler,
          spec.schedule, spec.seed, spec.is_private, original.picture, original.mask,
          original.strength, original.rule, job.model_digest, Blob{job.prompt_salt}, job.price,
          job.submitted, job.start, job.expires, job.priority, job.state, job.attempt, job.holder,
          Blob{joined(job.failed_on)}, job.failure, job.not_before, job.requeued, job.forgiven,
          job.picture.sha256, job.picture.size, job.picture.bundle, job.ended, job.picture_removed,
          job.body_removed)
        .run();
}

void Transaction::update(const job::Job& job) {
    Query(database_,
          "UPDATE OR FAIL job SET start = ?, expires = ?, state = ?, attempt = ?, holder = ?, "
          "failed_on = ?, failure = ?, not_before = ?, requeued = ?, forgiven = ?, "
          "picture_sha256 = ?, picture_size = ?, bundle = ?, ended = ? WHERE id = ?",
          job.start, job.expires, job.state, job.attempt, job.holder, Blob{joined(job.failed_on)},
          job.failure, job.not_before, job.requeued, job.forgiven, job.picture.sha256,
          job.picture.size, job.picture.bundle, job.ended, job.id)
        .run();
}

std::optional<job::Job> Transaction::find_job(JobId id) {
    Query query(database_, "SELECT " GOTONG_JOB_COLUMNS " FROM job WHERE id = ?", id);
    if (!query.next()) return std::nullopt;
    return job_at(query);
}

std::vector<job::Job> Transaction::jobs_of(RequestId request) {
    Query query(database_, "SELECT " GOTONG_JOB_COLUMNS " FROM job WHERE request = ? ORDER BY row",
                request);
    return jobs_in(query);
}

std::vector<job::Job> Transaction::newest_jobs(AccountId account, std::uint32_t most) {
    Query query(database_,
                "SELECT " GOTONG_JOB_COLUMNS
                " FROM job WHERE account = ? ORDER BY row DESC LIMIT ?",
                account, most);
    return jobs_in(query);
}

std::vector<job::Job> Transaction::open_jobs() {
    Query query(database_, "SELECT " GOTONG_JOB_COLUMNS
                           " FROM job INDEXED BY job_open WHERE state < 3 ORDER BY row");
    return jobs_in(query);
}

store::Counts Transaction::counts() {
    Query query(database_, "SELECT jobs FROM job_count WHERE state >= 3 ORDER BY state");
    const auto next_count = [&] { return query.next() ? query.take<std::uint64_t>() : 0; };
    return {.done = next_count(), .failed = next_count(), .cancelled = next_count()};
}

}  // namespace gotong::sqlite
