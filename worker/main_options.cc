#include "worker/main_options.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>

namespace gotong::worker {
namespace {

constexpr int kUsage = 2;
constexpr std::uint32_t kMostThreads = 1024;
constexpr std::uint32_t kMostSlots = 64;  // As many as a pool gives to one worker.

std::string host_name() {
    std::array<char, 65> name{};  // POSIX: at most 64.
    if (::gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0') return "worker";
    return name.data();
}

CLI::Validator level_of_log(log::Level& level) {
    return {[&level](std::string& text) {
                const auto parsed = log::parse_level(text);
                if (!parsed) return parsed.error().message;
                level = *parsed;
                return std::string{};
            },
            "debug|info|warn|error"};
}

CLI::Validator format_of_log(log::Format& format) {
    return {[&format](std::string& text) {
                const auto parsed = log::parse_format(text);
                if (!parsed) return parsed.error().message;
                format = *parsed;
                return std::string{};
            },
            "text|json"};
}

// Where CLI11 puts what is only validated.
struct Texts {
    std::string level;
    std::string format;
};

void add_run_options(CLI::App& command, RunOptions& options, Texts& texts) {
    command.add_option("--data", options.data, "The worker's own folder: key, pool, outbox")
        ->required();
    command.add_option("--threads", options.threads, "Processor cores to render with (0: all)")
        ->check(CLI::Range(0U, kMostThreads));
    command
        .add_option("--slots", options.slots,
                    "Pictures to render at once (0: 1 on a processor, 4 on a GPU)")
        ->check(CLI::Range(0U, kMostSlots));
    command.add_option("--nice", options.niceness, "Priority of the renderer, 19 is the lowest")
        ->check(CLI::Range(0, 19))
        ->capture_default_str();
    command
        .add_option("--memory", options.memory_gib,
                    "Most memory of the renderer in GiB (0: no limit)")
        ->check(CLI::Range(0, 4096));
    command
        .add_option("--model-memory", options.model_memory,
                    "Most memory of the models that stay loaded, in GiB [half of the machine's; on "
                    "a GPU four fifths of what is free]")
        ->check(CLI::Range(0.0, 65'536.0));
    command
        .add_option("--precision", options.precision,
                    "Arithmetic to render in [fp16 on a GPU, fp32 on a processor]")
        ->check(CLI::IsMember({"auto", "fp32", "fp16", "bf16"}));
    command.add_option("--log-level", texts.level, "debug, info, warn or error")
        ->check(level_of_log(options.log_level));
    command.add_option("--log-format", texts.format, "text or json")
        ->check(format_of_log(options.log_format));
}

void add_join_options(CLI::App& command, JoinOptions& options) {
    command.add_option("invite", options.invite, "The line that the pool's operator gave you")
        ->required();
    command.add_option("--models", options.models, "A folder of models, or one of them")
        ->required();
    command.add_option("--name", options.name, "What people call this machine")
        ->default_val(host_name());
    command.add_flag("--no-run", options.only_join, "Join only; render later with `run`");
    command.add_flag("--json", options.json, "Print one JSON object instead of sentences");
}

constexpr const char* kExamples =
    "Examples:\n"
    "  gotong-worker join gotong1:... --data ~/.gotong-worker --models ~/models\n"
    "  gotong-worker run --data ~/.gotong-worker --threads 4\n";

}  // namespace

Invocation read_command_line(int argc, char** argv) {
    CLI::App app{"Renders pictures for a Gotong pool on this machine.", "gotong-worker"};
    app.footer(kExamples);
    app.set_version_flag("--version", "gotong-worker " GOTONG_VERSION);
    app.require_subcommand(1);
    RunOptions run;
    JoinOptions join;
    Texts texts;
    CLI::App* const join_command =
        app.add_subcommand("join", "Join a pool with an invite, and go on rendering");
    add_join_options(*join_command, join);
    add_run_options(*join_command, run, texts);
    add_run_options(*app.add_subcommand("run", "Render for the pool that was joined"), run, texts);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return {.exit_code = app.exit(error) == 0 ? 0 : kUsage};
    }
    Invocation invocation{.run = std::move(run)};
    if (join_command->parsed()) invocation.join = std::move(join);
    return invocation;
}

}  // namespace gotong::worker
