// What gRPC's threads count for the metrics. One for the process, as the log is: every status that
// is sent passes through here, whatever made it.
#pragma once

#include <array>
#include <string_view>

#include "coordinator/observe/counter.h"

namespace gotong::rpc {

struct Checks {
    observe::Counter good;
    observe::Counter bad;

    void note(bool is_good) { (is_good ? good : bad).add(); }
};

struct Tally {
    // By the number of grpc::StatusCode. A stream that was told to end counts too.
    std::array<observe::Counter, 17> refusals;
    // Signatures: of workers that connect and enrol, and of results, with their pictures.
    Checks hellos;
    Checks enrolments;
    Checks results;
};

Tally& tally();

// "not_found" for 5; empty for 0 and for what is no code.
std::string_view refusal_name(std::size_t code);

}  // namespace gotong::rpc
