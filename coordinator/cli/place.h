// Which coordinator a command talks to, and as whom.
//
// In this order: --coordinator with --token; --data; GOTONG_COORDINATOR with GOTONG_TOKEN; the data
// folder that `gotong up` uses. A pool's own data folder also vouches for the pool: whoever can
// read the creator's token in it needs no further proof.
//
// Corridor: common/receipt/known_pools -> [cli/place] -> cli/creator
#pragma once

#include <sys/types.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <optional>
#include <string>

#include "common/crypto/digest.h"
#include "common/result.h"

namespace gotong::cli {

struct PlaceOptions {
    std::string coordinator;  // HOST:PORT
    std::string token;
    std::string data;
};

void add_place_options(CLI::App& app, PlaceOptions& options);

// What the user's environment says.
struct Surroundings {
    std::string coordinator;             // GOTONG_COORDINATOR
    std::string token;                   // GOTONG_TOKEN
    std::filesystem::path default_data;  // Empty: the user has no home.
};
Surroundings surroundings();

struct Place {
    std::string address;  // HOST:PORT
    std::string token;
    std::optional<std::filesystem::path> data;  // The pool's own folder, when it vouches.
    bool tls = false;                           // As the folder says; else found out.
    std::optional<Digest> fingerprint;          // Of the certificate, as the folder says.
};

// Errors: unavailable when no coordinator is named or ever served the folder; invalid_argument for
// an address that is none, and for a coordinator without a token.
Result<Place> find_place(const PlaceOptions& options, const Surroundings& around);

// The process that serves the folder, as endpoints.json has it; a stale file names a dead one.
std::optional<pid_t> serving_pid(const std::filesystem::path& data);

// Whether anything says where a pool might be, up or not.
bool names_a_pool(const PlaceOptions& options, const Surroundings& around);

// $XDG_DATA_HOME/gotong, else ~/.local/share/gotong.
std::filesystem::path default_data_folder();

}  // namespace gotong::cli
