#include "coordinator/cli/command.h"

#include <algorithm>
#include <utility>

namespace gotong::cli {
namespace {

void equip(CLI::App& app, Commands& commands, std::unique_ptr<Command> command) {
    command->add_options(app);
    app.add_flag("--json", command->json, "Print one JSON object");
    commands.push_back({&app, std::move(command)});
}

}  // namespace

Exit exit_for(ErrorCode code) {
    switch (code) {
        case ErrorCode::invalid_argument:
        case ErrorCode::not_found:
        case ErrorCode::already_exists:
            return Exit::usage;
        case ErrorCode::unavailable:
        case ErrorCode::deadline_exceeded:
            return Exit::no_coordinator;
        case ErrorCode::permission_denied:
        case ErrorCode::unauthenticated:
        case ErrorCode::resource_exhausted:
        case ErrorCode::failed_precondition:
            return Exit::refused;
        case ErrorCode::cancelled:
        case ErrorCode::aborted:
        case ErrorCode::unimplemented:
        case ErrorCode::internal:
        case ErrorCode::data_loss:
            return Exit::failed;
    }
    return Exit::failed;
}

void add_command(CLI::App& parent, Commands& commands, std::unique_ptr<Command> command,
                 const Description& description) {
    CLI::App* app = parent.add_subcommand(description.name, description.purpose);
    app->footer("Examples:\n" + description.examples);
    equip(*app, commands, std::move(command));
}

CLI::App& add_group(CLI::App& parent, Commands& commands, const std::string& name,
                    const std::string& purpose, std::unique_ptr<Command> alone) {
    CLI::App* group = parent.add_subcommand(name, purpose);
    group->require_subcommand(0, 1);
    equip(*group, commands, std::move(alone));
    return *group;
}

Command& chosen(const Commands& commands) {
    const auto is_chosen = [](const Entry& entry) {
        return entry.app->parsed() && entry.app->get_subcommands().empty();
    };
    return *std::find_if(commands.begin(), commands.end(), is_chosen)->command;
}

}  // namespace gotong::cli
