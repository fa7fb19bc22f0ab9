#include "worker/engine/text/tokenizer_files.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>

#include "common/file/file.h"
#include "common/json/strict.h"
#include "common/text/printable.h"

namespace gotong::engine {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

constexpr std::size_t kMaxFileBytes = 16U << 20U;  // The largest in use, SDXL's, is below 4 MiB.
// {"model": {"merges": [["a", "b"]]}}, and normalizers' settings a little deeper.
constexpr gotong::json::Limits kLimits{.bytes = kMaxFileBytes, .depth = 8};
constexpr int kMaxLength = 4096;             // Ids a text; CLIP has 77.
constexpr std::uint64_t kMaxId = 1U << 24U;  // Far above the rows of any text encoder's table.
constexpr std::size_t kMaxAdded = 1'000;     // Each is looked for in every text; CLIP has two.

constexpr const char* kConfig = "tokenizer_config.json";
constexpr const char* kJson = "tokenizer.json";

Failure bad(const std::string& file, const std::string& what) {
    return fail(ErrorCode::invalid_argument, file + ": " + what);
}

Result<json> read_json(const fs::path& folder, const std::string& file) {
    const auto text = file::read_small(folder / file, kMaxFileBytes);
    if (!text) return Failure{text.error().during(file)};
    auto parsed = gotong::json::parse_strict(*text, kLimits);
    if (!parsed) return Failure{parsed.error().during(file)};
    if (!parsed->is_object()) return bad(file, "not a JSON object");
    return parsed;
}

// Empty where the file does not exist.
Result<json> read_optional_json(const fs::path& folder, const std::string& file) {
    return fs::exists(folder / file) ? read_json(folder, file) : Result<json>{json::object()};
}

std::optional<TokenId> to_id(const json& value) {
    if (!value.is_number_unsigned() || value.get<std::uint64_t>() > kMaxId) return std::nullopt;
    return value.get<TokenId>();
}

Failure no_id(const std::string& file, const std::string& token) {
    return bad(file,
               "\"" + text::shown(token) + "\" has no id from 0 to " + std::to_string(kMaxId));
}

Result<Vocabulary> to_vocabulary(const json& entries, const std::string& file) {
    if (!entries.is_object() || entries.empty()) return bad(file, "the vocabulary is no object");
    Vocabulary vocabulary;
    vocabulary.reserve(entries.size());
    for (const auto& [token, value] : entries.items()) {
        const auto id = to_id(value);
        if (!id) return no_id(file, token);
        vocabulary.emplace(token, *id);
    }
    return vocabulary;
}

Result<std::pair<std::string, std::string>> to_merge(const std::string& line,
                                                     const std::string& file) {
    const auto space = line.find(' ');
    if (space == std::string::npos || space == 0 || space + 1 == line.size() ||
        line.find(' ', space + 1) != std::string::npos)
        return bad(file, "\"" + text::shown(line) + "\" is no pair of tokens");
    return std::pair{line.substr(0, space), line.substr(space + 1)};
}

// tokenizer.json writes a merge as "a b" or as ["a", "b"].
Result<MergeList> to_merges(const json& entries) {
    if (!entries.is_array()) return bad(kJson, "model.merges is no array");
    MergeList merges;
    merges.reserve(entries.size());
    for (const json& entry : entries) {
        if (entry.is_array() && entry.size() == 2 && entry[0].is_string() && entry[1].is_string()) {
            merges.emplace_back(entry[0].get<std::string>(), entry[1].get<std::string>());
            continue;
        }
        if (!entry.is_string()) return bad(kJson, "model.merges holds something else than pairs");
        auto merge = to_merge(entry.get<std::string>(), kJson);
        if (!merge) return Failure{merge.error()};
        merges.push_back(*std::move(merge));
    }
    return merges;
}

Result<MergeList> read_merges_file(const fs::path& folder) {
    constexpr const char* kMerges = "merges.txt";
    const auto text = file::read_small(folder / kMerges, kMaxFileBytes);
    if (!text) return Failure{text.error().during(kMerges)};
    MergeList merges;
    std::istringstream lines{*text};
    for (std::string line; std::getline(lines, line);) {
        if (line.ends_with('\r')) line.pop_back();
        if (line.starts_with("#version")) continue;
        auto merge = to_merge(line, kMerges);
        if (!merge) return Failure{merge.error()};
        merges.push_back(*std::move(merge));
    }
    return merges;
}

// The text at the key of an object, or nothing.
std::string text_at(const json& part, const char* key) {
    if (!part.is_object() || !part.contains(key) || !part[key].is_string()) return {};
    return part[key].get<std::string>();
}

std::string type_of(const json& part) { return text_at(part, "type"); }

// The types of a Sequence's members, or of the one part that is no Sequence: "NFC Replace".
std::string types_of(const json& part, const char* members) {
    if (type_of(part) != "Sequence" || !part.contains(members)) return type_of(part);
    std::string types;
    for (const json& member : part[members]) types += (types.empty() ? "" : " ") + type_of(member);
    return types;
}

Failure other_kind(const std::string& key, const std::string& value, const std::string& known) {
    return fail(ErrorCode::unimplemented, std::string(kJson) + ": " + key + " is \"" +
                                              text::shown(value) + "\"; the engine knows only \"" +
                                              known + "\"");
}

// This engine's splitting is fixed; a file that asks for another is refused.
Result<> check_kind(const json& file) {
    const json model = file.value("model", json::object());
    const json none;
    const struct {
        const char* key;
        std::string value;
        std::string known;
    } parts[] = {
        {"model.type", type_of(model), "BPE"},
        {"model.end_of_word_suffix", text_at(model, "end_of_word_suffix"), "</w>"},
        {"normalizer", types_of(file.value("normalizer", none), "normalizers"),
         "NFC Replace Lowercase"},
        {"pre_tokenizer", types_of(file.value("pre_tokenizer", none), "pretokenizers"),
         "Split ByteLevel"},
    };
    for (const auto& part : parts)
        if (part.value != part.known) return other_kind(part.key, part.value, part.known);
    const std::string post = type_of(file.value("post_processor", none));
    if (post != "RobertaProcessing" && post != "TemplateProcessing")
        return other_kind("post_processor", post, "RobertaProcessing");
    return {};
}

// A token as the files write it: a string, or an object with its flags. `special` is what the
// place it stands in implies.
Result<AddedToken> to_added(const json& entry, bool special, const std::string& where) {
    if (entry.is_string()) return AddedToken{entry.get<std::string>(), false};
    if (!entry.is_object() || !entry.contains("content") || !entry["content"].is_string())
        return bad(where, "a special token without content");
    for (const char* flag : {"lstrip", "rstrip", "single_word"}) {
        if (!entry.contains(flag) || entry[flag] == json(false)) continue;
        return fail(ErrorCode::unimplemented, where + ": a special token with " + flag);
    }
    const json normalized = entry.value("normalized", json(!special));
    if (!normalized.is_boolean()) return bad(where, "a special token's \"normalized\"");
    return AddedToken{entry["content"].get<std::string>(), normalized.get<bool>()};
}

// The special tokens by role, and those listed with ids, as the folder's several files give them.
struct SpecialTokens {
    std::map<std::string, AddedToken> by_role;  // "bos_token"
    std::map<TokenId, AddedToken> listed;
};

// In the order in which they are added.
constexpr std::array kRoles{"bos_token", "eos_token", "unk_token", "sep_token",
                            "pad_token", "cls_token", "mask_token"};

Result<> take_roles(SpecialTokens& tokens, const json& source, bool special,
                    const std::string& file) {
    for (const char* role : kRoles) {
        if (!source.contains(role) || source[role].is_null()) continue;
        auto token = to_added(source[role], special, file);
        if (!token) return Failure{token.error()};
        tokens.by_role[role] = *std::move(token);
    }
    return {};
}

// {"49406": {"content": ...}}
Result<> take_decoder(SpecialTokens& tokens, const json& decoder) {
    if (!decoder.is_object()) return bad(kConfig, "added_tokens_decoder is no object");
    for (const auto& [key, entry] : decoder.items()) {
        const bool digits =
            !key.empty() && key.size() <= 9 &&
            std::all_of(key.begin(), key.end(), [](char c) { return c >= '0' && c <= '9'; });
        if (!digits)
            return bad(kConfig, "added_tokens_decoder has the key \"" + text::shown(key) + "\"");
        auto token = to_added(entry, false, kConfig);
        if (!token) return Failure{token.error()};
        tokens.listed[std::stol(key)] = *std::move(token);
    }
    return {};
}

// tokenizer.json: [{"id": 49406, "content": ...}]
Result<> take_added_tokens(SpecialTokens& tokens, const json& file) {
    for (const json& entry : file.value("added_tokens", json::array())) {
        const auto id = entry.is_object() ? to_id(entry.value("id", json{})) : std::nullopt;
        if (!id) return bad(kJson, "added_tokens has an entry without id");
        auto token = to_added(entry, entry.value("special", json{}) == json(true), kJson);
        if (!token) return Failure{token.error()};
        tokens.listed[*id] = *std::move(token);
    }
    return {};
}

// added_tokens.json: {"<cat>": 49408}
Result<> take_added_tokens_file(SpecialTokens& tokens, const fs::path& folder) {
    constexpr const char* kAdded = "added_tokens.json";
    const auto file = read_optional_json(folder, kAdded);
    if (!file) return Failure{file.error()};
    for (const auto& [content, value] : file->items()) {
        const auto id = to_id(value);
        if (!id) return no_id(kAdded, content);
        const bool special = std::any_of(
            tokens.by_role.begin(), tokens.by_role.end(),
            [&content = content](const auto& role) { return role.second.content == content; });
        tokens.listed[*id] = AddedToken{content, !special};
    }
    return {};
}

Result<SpecialTokens> read_special_tokens(const fs::path& folder, const json& config,
                                          const json& tokenizer_json) {
    SpecialTokens tokens;
    const AddedToken end{"<|endoftext|>", false};
    tokens.by_role = {{"bos_token", {"<|startoftext|>", false}},
                      {"eos_token", end},
                      {"unk_token", end},
                      {"pad_token", end}};
    auto taken = take_roles(tokens, config, false, kConfig);
    if (config.contains("added_tokens_decoder")) {
        if (taken) taken = take_decoder(tokens, config["added_tokens_decoder"]);
    } else {
        constexpr const char* kMap = "special_tokens_map.json";
        const auto map = read_optional_json(folder, kMap);
        if (!map) return Failure{map.error()};
        if (taken) taken = take_roles(tokens, *map, true, kMap);
        if (taken) taken = take_added_tokens_file(tokens, folder);
        if (taken) taken = take_added_tokens(tokens, tokenizer_json);
    }
    if (!taken) return Failure{taken.error()};
    if (tokens.listed.size() > kMaxAdded)
        return bad(kConfig,
                   "the tokenizer adds more than " + std::to_string(kMaxAdded) + " tokens");
    return tokens;
}

// Listed tokens first, by id; then the roles' own, where they say something new.
std::vector<AddedToken> in_order(const SpecialTokens& tokens) {
    std::vector<AddedToken> order;
    for (const auto& [id, token] : tokens.listed) order.push_back(token);
    const auto listed = order;
    for (const char* role : kRoles) {
        const auto found = tokens.by_role.find(role);
        if (found == tokens.by_role.end()) continue;
        const AddedToken& token = found->second;
        const bool is_listed = std::any_of(listed.begin(), listed.end(), [&](const AddedToken& l) {
            return l.content == token.content;
        });
        if (!is_listed && std::find(order.begin(), order.end(), token) == order.end())
            order.push_back(token);
    }
    return order;
}

Result<int> max_length(const json& config) {
    const json length = config.value("model_max_length", json{});
    if (!length.is_number_integer() || length < 3 || length > kMaxLength)
        return bad(kConfig, "model_max_length must be a whole number from 3 to " +
                                std::to_string(kMaxLength));
    return length.get<int>();
}

}  // namespace

Result<TokenizerFiles> read_tokenizer_files(const fs::path& folder) {
    const auto config = read_json(folder, kConfig);
    if (!config) return Failure{config.error()};
    const auto tokenizer_json = read_optional_json(folder, kJson);
    if (!tokenizer_json) return Failure{tokenizer_json.error()};
    const bool one_file = !tokenizer_json->empty();
    if (const auto kind = one_file ? check_kind(*tokenizer_json) : Result<>{}; !kind)
        return Failure{kind.error()};

    constexpr const char* kVocab = "vocab.json";
    const auto vocab =
        one_file ? (*tokenizer_json)["model"].value("vocab", json{}) : read_json(folder, kVocab);
    if (!vocab) return Failure{vocab.error()};
    auto vocabulary = to_vocabulary(*vocab, one_file ? kJson : kVocab);
    if (!vocabulary) return Failure{vocabulary.error()};
    auto merges = one_file ? to_merges((*tokenizer_json)["model"].value("merges", json{}))
                           : read_merges_file(folder);
    if (!merges) return Failure{merges.error()};
    const auto tokens = read_special_tokens(folder, *config, *tokenizer_json);
    if (!tokens) return Failure{tokens.error()};
    const auto length = max_length(*config);
    if (!length) return Failure{length.error()};
    const auto role = [&](const char* name) { return tokens->by_role.at(name).content; };
    return TokenizerFiles{
        *std::move(vocabulary), *std::move(merges), in_order(*tokens), role("bos_token"),
        role("eos_token"),      role("unk_token"),  role("pad_token"), *length};
}

}  // namespace gotong::engine
