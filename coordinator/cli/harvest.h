// Brings the pictures of ended jobs home: downloads, verifies, writes, and says what became of
// each.
//
// Corridor: cli/attend -> [cli/harvest] -> cli/download
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "coordinator/cli/command.h"
#include "coordinator/cli/creator.h"
#include "coordinator/cli/interrupt.h"

namespace gotong::cli {

struct Harvest {
    nlohmann::ordered_json pictures = nlohmann::ordered_json::array();
    nlohmann::ordered_json failed = nlohmann::ordered_json::array();
    std::uint64_t price_micro_credits = 0;  // Of the pictures.

    Exit exit() const { return failed.empty() ? Exit::done : Exit::failed; }
};

// Every DONE job's picture. `out` empty: a name made of prompt and seed, in the current folder,
// that replaces nothing. Else `out` itself, or out-1.png, out-2.png ... for several jobs; what is
// there is replaced, and said. Paths go to standard output and failures to standard error, unless
// `quiet`.
//
// Errors: a picture that cannot be fetched, does not verify or cannot be written.
Result<Harvest> harvest(const Creator& creator, const std::vector<v1::Job>& jobs,
                        const std::filesystem::path& out, const Interrupt& interrupt, bool quiet);

}  // namespace gotong::cli
