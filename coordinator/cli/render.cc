// `gotong render`: one prompt, one or more signed pictures.
//
// Corridor: cli/render_request -> [cli/render] -> cli/attend
#include <nlohmann/json.hpp>

#include "common/backoff/backoff.h"
#include "common/crypto/random.h"
#include "common/ids.h"
#include "common/text/printable.h"
#include "coordinator/cli/attend.h"
#include "coordinator/cli/commands.h"
#include "coordinator/cli/creator_command.h"
#include "coordinator/cli/harvest.h"
#include "coordinator/cli/picture_file.h"
#include "coordinator/cli/pool_key.h"
#include "coordinator/cli/render_request.h"
#include "coordinator/cli/report.h"
#include "coordinator/cli/upload.h"

namespace gotong::cli {
namespace {

constexpr Backoff kRetry{.first = std::chrono::milliseconds{100}, .most = std::chrono::seconds{2}};
// Before anything was submitted: long enough for a coordinator that is just being restarted, short
// enough to be told soon that there is none.
constexpr std::chrono::seconds kConnectPatience{5};

// Calls `attempt` again while the coordinator cannot be reached, for `patience` at most.
template <class Attempt>
auto patiently(const Interrupt& interrupt, std::chrono::milliseconds patience, Attempt attempt) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    for (std::uint32_t failures = 1;; ++failures) {
        auto result = attempt();
        if (result || result.error().code != ErrorCode::unavailable) return result;
        if (std::chrono::steady_clock::now() > deadline) return result;
        if (!sleep_unless(interrupt.token(), backoff_delay(kRetry, failures, 1.0))) return result;
    }
}

class Render final : public CreatorCommand {
  public:
    void add_options(CLI::App& app) override {
        add_render_options(app, options_);
        app.add_option("--out", out_, "File to write (default: named after prompt and seed)");
        CreatorCommand::add_options(app);
    }

    Result<Exit> run() override {
        const Interrupt interrupt;
        auto request = to_request(options_, crypto::random_id<RequestId>().to_hex());
        if (!request) return Failure{request.error()};
        const auto files = read_original(options_.original, *request->mutable_spec());
        if (!files) return Failure{files.error()};
        if (const auto writable = check_writable(out_); !writable) return Failure{writable.error()};
        const auto creator =
            patiently(interrupt, names_a_pool() ? kConnectPatience : std::chrono::seconds{0},
                      [&] { return connect(); });
        if (!creator) return Failure{creator.error()};
        if (const auto brought = bring(*creator, *files, interrupt); !brought)
            return Failure{brought.error()};
        // One key for all tries: a submission whose answer was lost is not paid for twice.
        const auto submitted = patiently(
            interrupt, kPatience, [&] { return creator->ask(&CreatorStub::Submit, *request); });
        if (!submitted) return Failure{submitted.error()};
        if (!json) {
            for (const std::string& warning : submitted->warnings())
                note("gotong: " + text::printable(warning));
        }
        if (!json && !files->empty()) say_what_is_cut(files->front(), *submitted);
        return attend_and_harvest(*creator, *submitted, interrupt);
    }

  private:
    // Before the request names them. What the pool has is not sent again.
    static Result<> bring(const Creator& creator, const std::vector<OriginalFile>& files,
                          const Interrupt& interrupt) {
        for (const OriginalFile& file : files) {
            const auto uploaded = patiently(
                interrupt, kPatience, [&] { return upload(creator, file, interrupt.token()); });
            if (!uploaded) return uploaded;
        }
        return {};
    }

    Result<Exit> attend_and_harvest(const Creator& creator, const v1::SubmitResponse& submitted,
                                    const Interrupt& interrupt) {
        auto jobs = attend(creator, {submitted.jobs().begin(), submitted.jobs().end()}, interrupt,
                           {.quiet = json, .on_preview = {}});
        if (jobs && interrupt.requested()) jobs = cancel_all(creator, std::move(*jobs));
        if (!jobs) return Failure{jobs.error()};
        const auto harvested = harvest(creator, *jobs, out_, interrupt, json);
        if (!harvested) return Failure{harvested.error()};
        if (json) print_harvest(creator, submitted, *harvested);
        return harvested->exit();
    }

    static void say_what_is_cut(const OriginalFile& picture, const v1::SubmitResponse& submitted) {
        if (submitted.jobs_size() == 0) return;
        const v1::RenderSpec& spec = submitted.jobs(0).spec();
        const std::string cut = cut_away(picture.size, spec.width(), spec.height());
        if (!cut.empty()) note(cut);
    }

    static void print_harvest(const Creator& creator, const v1::SubmitResponse& submitted,
                              const Harvest& harvested) {
        nlohmann::ordered_json object{
            {"pool", {{"name", creator.pool().name}, {"key", pool_key_text(creator.pool().key)}}},
            {"request", submitted.request_id()},
            {"price_micro_credits", harvested.price_micro_credits}};
        if (submitted.jobs_size() > 0 && submitted.jobs(0).spec().has_original())
            object["original"] = original_json(submitted.jobs(0).spec());
        if (!submitted.warnings().empty())
            object["warnings"] =
                std::vector<std::string>(submitted.warnings().begin(), submitted.warnings().end());
        object["pictures"] = harvested.pictures;
        object["failed"] = harvested.failed;
        print_json(object);
    }

    RenderOptions options_;
    std::string out_;
};

}  // namespace

void add_render(CLI::App& parent, Commands& commands) {
    add_command(parent, commands, std::make_unique<Render>(),
                {"render", "Make a picture",
                 "  gotong render \"a red apple\"\n"
                 "  gotong render \"a red apple\" --steps 30 --seed 7 --out apple.png\n"
                 "  gotong render \"a cat\" --negative dog --count 4 --json\n"
                 "  gotong render \"a surprise\" --private\n"
                 "  gotong render \"a fox\" --from photo.png --strength 0.6 --mask mask.png\n"
                 "Ctrl-C cancels the job; nothing is paid for it."});
}

}  // namespace gotong::cli
