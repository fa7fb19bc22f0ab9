// Whatever the text, its tokens spell it: put together again they are the normalised text without
// its spaces, which no tokenizer that drops, doubles or invents a byte can manage.
//
// The vocabulary is CLIP's alphabet, every byte inside and at the end of a word, and some merges.
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "common/check.h"
#include "tests/fuzz/target.h"
#include "tests/support/temp_dir.h"
#include "worker/engine/text/clip_bpe.h"
#include "worker/engine/text/unicode.h"

namespace gotong::fuzz {
namespace {

constexpr std::string_view kMerges[] = {"t h", "th e</w>", "i n",       "in g</w>",
                                        "a a", "aa aa",    "aaaa aaaa", "aaaa a</w>",
                                        "1 2", "< |</w>",  "Ã ¤"};

// The alphabet of CLIP's vocabulary: visible bytes of Latin-1 stand for themselves, the others are
// numbered from U+0100.
std::map<std::string, std::string> spelled_bytes() {
    std::map<std::string, std::string> spelled;
    char32_t next = 0x100;
    for (char32_t byte = 0; byte < 256; ++byte) {
        const bool visible = (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte != 0xad);
        std::string spelling;
        engine::append_utf8(spelling, visible ? byte : next++);
        spelled[spelling] = std::string(1, static_cast<char>(byte));
    }
    return spelled;
}

struct World {
    std::optional<engine::ClipTokenizer> tokenizer;
    std::map<std::int64_t, std::string> bytes_of;  // Of every token that is not special.
};

World make_world() {
    World world;
    nlohmann::json vocabulary;
    const auto add = [&](const std::string& token, const std::string& bytes) {
        const auto id = static_cast<std::int64_t>(vocabulary.size());
        if (!vocabulary.contains(token)) vocabulary[token] = id;
        world.bytes_of[vocabulary[token]] = bytes;
    };
    std::map<std::string, std::string> known = spelled_bytes();
    for (const auto& [spelling, byte] : spelled_bytes()) known[spelling + "</w>"] = byte;
    for (const auto merge : kMerges) {
        const auto space = merge.find(' ');
        const std::string left{merge.substr(0, space)};
        const std::string right{merge.substr(space + 1)};
        known[left + right] = known.at(left) + known.at(right);
    }
    for (const auto& [spelling, bytes] : known) add(spelling, bytes);
    for (const char* special : {"<|startoftext|>", "<|endoftext|>"})
        vocabulary[special] = vocabulary.size();

    const test::TempDir folder;
    std::ofstream(folder / "vocab.json") << vocabulary;
    std::ofstream merges(folder / "merges.txt");
    merges << "#version: 0.2\n";
    for (const auto merge : kMerges) merges << merge << "\n";
    merges.close();
    std::ofstream(folder / "tokenizer_config.json") << R"({"model_max_length": 77})";
    auto loaded = engine::ClipTokenizer::load(folder.path());
    check(loaded.has_value(), loaded ? "" : loaded.error().message.c_str());
    world.tokenizer = *std::move(loaded);
    return world;
}

std::string without_spaces(std::string_view text) {
    const auto raw = engine::decode_utf8(text);
    const auto normalised = raw ? engine::clip_normalised(*raw) : raw;
    std::string spelled;
    if (normalised)
        for (const char32_t c : *normalised)
            if (engine::classify(c) != engine::CharClass::space) engine::append_utf8(spelled, c);
    return spelled;
}

const World kWorld = make_world();  // Before any input, and so outside its allowance.

}  // namespace

const Allowance kAllowance{.per_byte = 256};

void read(ByteView input) {
    const auto ids = kWorld.tokenizer->ids(as_text(input));
    if (!taken(ids)) return;
    check(ids->front() + 1 == ids->back() && ids->back() == kWorld.tokenizer->highest_id(),
          "begin and end stand where they must");
    std::string spelled;
    for (std::size_t i = 1; i + 1 < ids->size(); ++i) {
        const auto token = kWorld.bytes_of.find((*ids)[i]);
        if (token == kWorld.bytes_of.end()) return;  // A special token stands in the text itself.
        spelled += token->second;
    }
    check(spelled == without_spaces(as_text(input)), "the tokens spell the text");
}

}  // namespace gotong::fuzz
