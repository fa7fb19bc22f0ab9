// Texts on standard input, one a line; one JSON array of ids a line on standard output.
#include <iostream>
#include <nlohmann/json.hpp>

#include "worker/engine/text/clip_bpe.h"
#include "worker/renderer/commands.h"

namespace gotong::renderer {

int tokens(const TokensOptions& options) {
    const auto tokenizer = engine::ClipTokenizer::load(options.model / options.tokenizer);
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
