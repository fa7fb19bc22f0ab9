// Texts on standard input, one a line; one JSON array of ids a line on standard output.
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <system_error>

#include "worker/engine/source/model_source.h"
#include "worker/renderer/commands.h"

namespace gotong::renderer {

namespace {

// Of a model, or of a folder that has a tokenizer and nothing else.
Result<engine::ClipTokenizer> load(const TokensOptions& options) {
    const std::filesystem::path folder = options.model / options.tokenizer;
    std::error_code ignored;
    if (std::filesystem::is_directory(folder, ignored)) return engine::ClipTokenizer::load(folder);
    const auto source = engine::ModelSource::open(options.model);
    if (!source) return Failure{source.error()};
    return source->tokenizer(options.tokenizer);
}

}  // namespace

int tokens(const TokensOptions& options) {
    const auto tokenizer = load(options);
    if (!tokenizer) return report(tokenizer.error().during("load " + options.tokenizer));
    std::size_t number = 0;
    for (std::string line; std::getline(std::cin, line);) {
        ++number;
        const auto ids = options.padded ? tokenizer->encode(line) : tokenizer->ids(line);
        if (!ids) return report(ids.error().during("line " + std::to_string(number)));
        std::cout << nlohmann::json(*ids).dump() << '\n';
    }
    std::cout.flush();
    return std::cout ? 0 : 1;
}

}  // namespace gotong::renderer
