// A picture to begin with, from the user's disk: read, looked at and named in the request before
// anything is sent.
//
// Corridor: cli/render_request -> [cli/original] -> cli/upload
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "common/crypto/digest.h"
#include "common/picture/decode/decode.h"
#include "common/result.h"
#include "gotong/v1/common.pb.h"

namespace gotong::cli {

// Texts, as in RenderOptions. All empty: a picture from noise alone.
struct OriginalOptions {
    std::string from{};
    std::string mask{};
    std::string strength{};
    std::string strength_rule{};
};

void add_original_options(CLI::App& app, OriginalOptions& options);

struct OriginalFile {
    std::string bytes;
    Digest sha256{};
    picture::Size size;
};

// Reads the files, the picture first, and writes their digests and the strength into `spec`, whose
// steps must be set before. Empty: there is none. The files are decoded once, so that a broken one
// costs nobody else anything.
//
// Errors: invalid_argument with the option.
Result<std::vector<OriginalFile>> read_original(const OriginalOptions& options,
                                                v1::RenderSpec& spec);

// One sentence about what a job of `width` x `height` pixels leaves out of a picture of other
// proportions; empty: nothing.
std::string cut_away(const picture::Size& given, std::uint32_t width, std::uint32_t height);

// What a spec's picture begins with, for --json; null when from noise alone.
nlohmann::ordered_json original_json(const v1::RenderSpec& spec);

}  // namespace gotong::cli
