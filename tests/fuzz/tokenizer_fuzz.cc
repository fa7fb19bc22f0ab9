// No tokenizer's folder makes its reader fail otherwise than by an Error, and whatever folder is
// accepted gives ids that the text encoder's table has a row for, begun and ended as they must.
//
// An input is the folder's files and a text, divided by lines of "===": kNames says in which order;
// an empty file is absent.
#include <algorithm>
#include <array>
#include <fstream>
#include <string_view>

#include "common/check.h"
#include "tests/fuzz/target.h"
#include "tests/support/temp_dir.h"
#include "worker/engine/text/clip_bpe.h"

namespace gotong::fuzz {
namespace {

constexpr std::array kNames{
    "tokenizer_config.json", "tokenizer.json",         "vocab.json", "merges.txt",
    "added_tokens.json",     "special_tokens_map.json"};

constexpr std::string_view kDivider = "\n===\n";

// What stands before the next divider, both of which are taken off.
std::string_view next_part(std::string_view& rest) {
    const auto end = std::min(rest.find(kDivider), rest.size());
    const auto part = rest.substr(0, end);
    rest.remove_prefix(std::min(end + kDivider.size(), rest.size()));
    return part;
}

void check_ids(const engine::ClipTokenizer& tokenizer, std::string_view text) {
    const auto all = tokenizer.ids(text);
    if (!taken(all)) return;
    const auto ids = tokenizer.encode(text);
    check(ids && ids->size() == static_cast<std::size_t>(tokenizer.max_length()), "the length");
    for (const auto* some : {&*all, &*ids})
        for (const std::int64_t id : *some)
            check(id >= 0 && id <= tokenizer.highest_id(), "an id is within its range");
    check(ids->front() == all->front(), "a text begins with the beginning");
    const auto end = std::min(all->size(), ids->size()) - 1;
    check((*ids)[end] == all->back(), "and ends with the end, cut or not");
}

const test::TempDir kFolder;

}  // namespace

// The file's streams have buffers of their own.
const Allowance kAllowance{.per_byte = 2 * kTreePerByte};

void read(ByteView input) {
    std::string_view rest = as_text(input);
    for (const char* name : kNames) {
        const auto content = next_part(rest);
        if (content.empty())
            std::filesystem::remove(kFolder / name);
        else
            std::ofstream(kFolder / name) << content;
    }
    const auto tokenizer = engine::ClipTokenizer::load(kFolder.path());
    if (taken(tokenizer)) check_ids(*tokenizer, rest);
}

}  // namespace gotong::fuzz
