// The texts inside a picture: what other programs read settings from, and the mark that a model
// made it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/crypto/digest.h"
#include "worker/image/png.h"

namespace gotong::image {

struct Settings {
    std::string prompt;           // UTF-8.
    std::string negative_prompt;  // UTF-8; may be empty.
    std::uint32_t steps = 0;
    std::string sampler;   // By its name in common/sampling.
    std::string schedule;  // The same.
    double guidance = 0.0;
    std::uint64_t seed = 0;
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    std::optional<double> strength{};  // Of a picture that began with another.
    std::string model;
    Digest model_digest{};
    std::string version;  // Of Gotong: "0.1.0".
};

// The text that A1111 writes under the keyword "parameters" and most tools read: the prompt, a line
// for the negative prompt where there is one, and one line of settings, with A1111's own names.
std::string parameters_text(const Settings& settings);

// The chunks of a finished picture: "parameters", left out when `is_private`, and XMP which says
// that the picture was made by a trained model (IPTC DigitalSourceType).
std::vector<TextChunk> metadata_of(const Settings& settings, bool is_private);

}  // namespace gotong::image
