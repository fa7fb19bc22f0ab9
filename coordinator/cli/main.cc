// gotong: the command line of creators and operators.
#include <algorithm>
#include <cstdio>
#include <optional>

#include "common/text/closest.h"
#include "common/text/printable.h"
#include "coordinator/cli/commands.h"
#include "coordinator/cli/report.h"

namespace {

using namespace gotong::cli;

void add_all(CLI::App& app, Commands& commands) {
    add_up(app, commands);
    add_render(app, commands);
    add_watch(app, commands);
    add_status(app, commands);
    add_jobs(app, commands);
    add_explain(app, commands);
    add_cancel(app, commands);
    add_models(app, commands);
    add_verify(app, commands);
    add_invite(app, commands);
    add_token(app, commands);
    add_worker(app, commands);
    add_pool(app, commands);
}

// The closest command to a word that is none; CLI11 would only say that a command is missing.
std::optional<std::string> meant_by(const CLI::App& app, std::string_view word) {
    std::vector<std::string_view> names;
    for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
    if (word.starts_with('-') || std::ranges::find(names, word) != names.end()) return std::nullopt;
    return std::string(gotong::text::closest(word, names));
}

Exit refuse(std::string_view word, const std::string& meant) {
    note("gotong: there is no command \"" + gotong::text::printable(word) + "\"; did you mean \"" +
         meant + "\"? `gotong --help` lists all");
    return Exit::usage;
}

Exit run(Command& command) {
    const gotong::Result<Exit> outcome = command.run();
    if (outcome) return *outcome;
    report(outcome.error(), command.json);
    return exit_for(outcome.error().code);
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{"Gotong: pictures from a pool of machines that check one another", "gotong"};
    app.set_version_flag("--version", "gotong " GOTONG_VERSION);
    app.require_subcommand(1);
    app.footer("`gotong COMMAND --help` shows each command's options and examples.");
    Commands commands;
    add_all(app, commands);
    if (const auto meant = argc > 1 ? meant_by(app, argv[1]) : std::nullopt)
        return static_cast<int>(refuse(argv[1], *meant));
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : static_cast<int>(Exit::usage);
    }
    return static_cast<int>(run(chosen(commands)));
}
