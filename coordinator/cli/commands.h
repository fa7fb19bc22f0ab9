// All commands of `gotong`, one file each; add_pool() adds those that are said after `pool`.
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
void add_requeue(CLI::App& pool, Commands& commands);
void add_jobs(CLI::App& parent, Commands& commands);
void add_cancel(CLI::App& parent, Commands& commands);
void add_explain(CLI::App& parent, Commands& commands);

}  // namespace gotong::cli
