// All commands of `gotong`, one file each.
#pragma once

#include "coordinator/cli/command.h"

namespace gotong::cli {

void add_up(CLI::App& parent, Commands& commands);
void add_render(CLI::App& parent, Commands& commands);
void add_watch(CLI::App& parent, Commands& commands);
void add_status(CLI::App& parent, Commands& commands);
void add_models(CLI::App& parent, Commands& commands);
void add_verify(CLI::App& parent, Commands& commands);
void add_invite(CLI::App& parent, Commands& commands);
void add_token(CLI::App& parent, Commands& commands);
void add_worker(CLI::App& parent, Commands& commands);
void add_pool(CLI::App& parent, Commands& commands);

}  // namespace gotong::cli
