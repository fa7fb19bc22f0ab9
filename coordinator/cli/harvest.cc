#include "coordinator/cli/harvest.h"

#include "common/backoff/backoff.h"
#include "common/crypto/sha256.h"
#include "common/text/printable.h"
#include "coordinator/cli/download.h"
#include "coordinator/cli/follow.h"
#include "coordinator/cli/job_view.h"
#include "coordinator/cli/picture_file.h"
#include "coordinator/cli/report.h"

namespace gotong::cli {
namespace {

namespace fs = std::filesystem;

constexpr Backoff kDownloadRetry{.first = std::chrono::milliseconds{200},
                                 .most = std::chrono::seconds{5}};

// A gateway that restarts has fresh addresses, so each try asks for them.
Result<std::string> download_patiently(const Creator& creator, v1::Job job,
                                       const Interrupt& interrupt) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    for (std::uint32_t failures = 1;; ++failures) {
        auto picture = download(creator, job);
        if (picture || picture.error().code != ErrorCode::unavailable) return picture;
        if (std::chrono::steady_clock::now() > deadline) return picture;
        if (!sleep_unless(interrupt.token(), backoff_delay(kDownloadRetry, failures, 1.0)))
            return picture;
        v1::GetJobRequest request;
        request.set_job_id(job.job_id());
        if (auto fresh = creator.ask(&CreatorStub::GetJob, request)) job = fresh->job();
    }
}

Result<fs::path> write(const std::string& bytes, const v1::Job& job, const fs::path& out,
                       bool quiet) {
    const v1::RenderSpec& spec = job.spec();
    if (out.empty())
        return save_new(default_name(spec.prompt(), spec.seed(), spec.private_()), bytes);
    const bool replaces = fs::exists(out);
    if (const auto saved = save_over(out, bytes); !saved) return Failure{saved.error()};
    if (replaces && !quiet) note("Replaced " + out.string() + ".");
    return out;
}

nlohmann::ordered_json describe(const v1::Job& job, const fs::path& file,
                                const std::string& bytes) {
    const auto digest = crypto::sha256(as_bytes(bytes));
    return {{"file", file.string()},
            {"job", job.job_id()},
            {"seed", std::to_string(job.spec().seed())},
            {"width", job.spec().width()},
            {"height", job.spec().height()},
            {"sha256", crypto::to_hex(digest)},
            {"picture_sha256", crypto::to_hex(as_bytes(job.picture().sha256()))},
            {"verdict", "valid"}};
}

void add_failure(Harvest& harvest, const v1::Job& job, bool quiet) {
    harvest.failed.push_back(
        {{"job", job.job_id()}, {"state", state_word(job.state())}, {"failure", job.failure()}});
    if (quiet) return;
    std::string line = "Job " + job.job_id() + " " + state_word(job.state());
    if (!job.failure().empty()) line += ": " + text::printable(job.failure());
    note(line + ". Nothing was paid for it.");
}

// There is nothing to download, today or later.
void add_removed(Harvest& harvest, const v1::Job& job, bool quiet) {
    const std::string what = picture_removed_text(job);
    harvest.failed.push_back(
        {{"job", job.job_id()}, {"state", state_word(job.state())}, {"failure", what}});
    if (!quiet) note("Job " + job.job_id() + ": " + what);
}

}  // namespace

Result<Harvest> harvest(const Creator& creator, const std::vector<v1::Job>& jobs,
                        const fs::path& out, const Interrupt& interrupt, bool quiet) {
    Harvest harvest;
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        const v1::Job& job = jobs[i];
        if (job.state() != v1::JOB_STATE_DONE) {
            add_failure(harvest, job, quiet);
            continue;
        }
        if (job.picture().removed_unix_ms() > 0) {
            add_removed(harvest, job, quiet);
            continue;
        }
        const auto bytes = download_patiently(creator, job, interrupt);
        if (!bytes) return Failure{bytes.error().during("job " + job.job_id())};
        const bool several = jobs.size() > 1 && !out.empty();
        const auto file = write(*bytes, job, several ? numbered(out, i + 1) : out, quiet);
        if (!file) return Failure{file.error()};
        if (!quiet) print_line(file->string());
        harvest.pictures.push_back(describe(job, *file, *bytes));
        harvest.price_micro_credits += job.price_micro_credits();
    }
    return harvest;
}

}  // namespace gotong::cli
