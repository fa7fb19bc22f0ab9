// From the words on the command line to a request. Only what the wire cannot carry is refused here;
// the rest is the pool's to judge, and it names the field and what would work.
//
// Corridor: [cli/render_request] -> rpc/creator_service
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "common/result.h"
#include "coordinator/cli/original.h"
#include "gotong/v1/creator.pb.h"

namespace gotong::cli {

// Texts, so that "abc" is answered in our words and not in those of a library.
struct RenderOptions {
    std::string prompt;
    std::string model;
    std::string negative;
    std::string size;
    std::string steps;
    std::string guidance;
    std::string sampler;
    std::string schedule;
    std::string seed;
    std::string count;
    bool is_private = false;
    OriginalOptions original{};
    std::string start_in;
    std::string expires_in;
    std::string priority;
};

void add_render_options(CLI::App& app, RenderOptions& options);

// All but options.original, whose files cli/original reads. Errors: invalid_argument with the
// field.
Result<v1::SubmitRequest> to_request(const RenderOptions& options,
                                     const std::string& idempotency_key);

}  // namespace gotong::cli
