#include "coordinator/cli/command.h"

#include <utility>

namespace gotong::cli {

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
    command->add_options(*app);
    app->add_flag("--json", command->json, "Print one JSON object");
    commands.push_back({app, std::move(command)});
}

CLI::App& add_group(CLI::App& parent, const std::string& name, const std::string& purpose) {
    CLI::App* group = parent.add_subcommand(name, purpose);
    group->require_subcommand(1);
    return *group;
}

}  // namespace gotong::cli
