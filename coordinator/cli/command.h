// One command of `gotong`: options on the command line, then run().
//
// Results go to standard output, for pipes; everything said on the way goes to standard error. With
// --json, standard output is one JSON object and nothing is said on the way.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "common/result.h"

namespace gotong::cli {

// What the process exits with.
enum class Exit {
    done = 0,
    failed = 1,          // The job or the check failed.
    usage = 2,           // Usage or bad input.
    no_coordinator = 3,  // Nobody to talk to.
    refused = 4,         // Somebody said no.
};

Exit exit_for(ErrorCode code);

class Command {
  public:
    virtual ~Command() = default;
    virtual void add_options(CLI::App& app) = 0;
    virtual Result<Exit> run() = 0;

    bool json = false;
};

struct Entry {
    CLI::App* app = nullptr;
    std::unique_ptr<Command> command;
};
using Commands = std::vector<Entry>;

struct Description {
    std::string name;
    std::string purpose;   // One line.
    std::string examples;  // Lines, as typed.
};

// Makes `command` a subcommand of `parent`, with --json and --help.
void add_command(CLI::App& parent, Commands& commands, std::unique_ptr<Command> command,
                 const Description& description);

// A word that holds other commands, as `token` does, and does `alone` when none follows.
CLI::App& add_group(CLI::App& parent, Commands& commands, const std::string& name,
                    const std::string& purpose, std::unique_ptr<Command> alone);

// The command that was typed, after a parse without an error.
Command& chosen(const Commands& commands);

}  // namespace gotong::cli
