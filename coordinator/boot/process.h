// What the coordinator asks of the system for itself, before any thread runs.
#pragma once

#include <string>

#include "coordinator/boot/address.h"

namespace gotong::boot {

// Files that it makes are its owner's alone, and it may open as many as the system allows: gRPC
// 1.51 never accepts again once a process has run out of them.
void prepare_process();

// SIGTERM and SIGINT wait for wait_for_stop() from now on, in every thread that starts later; a
// closed pipe or a file at its size limit is an error of its write and no signal.
void hold_signals();

// Blocks until one of them comes; its name.
std::string wait_for_stop();

// Why nothing can listen there, in a sentence for the operator; for the moment after it failed.
std::string why_not_listening(const Address& address, const std::string& flag);

}  // namespace gotong::boot
