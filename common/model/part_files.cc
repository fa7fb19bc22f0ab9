#include "common/model/part_files.h"

#include <algorithm>
#include <set>
#include <system_error>

#include "common/file/file.h"
#include "common/model/manifest.h"
#include "common/model/shard_index.h"

namespace gotong::model {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kWeights = ".safetensors";
constexpr std::string_view kIndexed = ".safetensors.index.";
constexpr std::string_view kJson = ".json";

bool is_there(const fs::path& file) {
    std::error_code ignored;
    return fs::exists(file, ignored);
}

std::string stem_of(const std::string& part) {
    return part.starts_with("text_encoder") ? "model" : "diffusion_pytorch_model";
}

std::string weights_name(const std::string& stem, const std::string& variant) {
    return stem + (variant.empty() ? "" : "." + variant) + std::string(kWeights);
}

std::string index_name(const std::string& stem, const std::string& variant) {
    return stem + std::string(kIndexed) + (variant.empty() ? "" : variant + ".") + "json";
}

// "fp16-00001-of-00002" is a piece of the variant fp16, not a variant.
bool is_piece(std::string_view variant) {
    constexpr std::string_view kPattern = "-00001-of-00002";
    if (variant.size() < kPattern.size()) return false;
    variant.remove_prefix(variant.size() - kPattern.size());
    return std::equal(variant.begin(), variant.end(), kPattern.begin(), [](char c, char like) {
        return like >= '0' && like <= '9' ? c >= '0' && c <= '9' : c == like;
    });
}

// V of "stem.V.safetensors" and "stem.safetensors.index.V.json"; empty: the name is another.
std::string variant_in(std::string_view file, const std::string& stem) {
    for (const auto& [before, after] :
         {std::pair{stem + ".", kWeights}, std::pair{stem + std::string(kIndexed), kJson}}) {
        if (file.size() <= before.size() + after.size() || !file.starts_with(before) ||
            !file.ends_with(after))
            continue;
        const auto variant = file.substr(before.size(), file.size() - before.size() - after.size());
        const bool plain = variant.find('.') == std::string_view::npos && !is_piece(variant);
        if (plain && is_model_path(variant)) return std::string(variant);
    }
    return {};
}

std::set<std::string> names_in(const fs::path& folder) {
    std::set<std::string> names;
    std::error_code failed;
    for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end;
         entry.increment(failed))
        names.insert(entry->path().filename().string());
    return names;
}

// In the order in which they are preferred; the empty one is the plain files.
std::vector<std::string> variants_of(const std::string& stem, const std::set<std::string>& names) {
    std::vector<std::string> variants{"", "fp16", "bf16", "fp32"};
    std::set<std::string> others;
    for (const std::string& name : names) others.insert(variant_in(name, stem));
    for (const std::string& other : others)
        if (std::ranges::find(variants, other) == variants.end()) variants.push_back(other);
    return variants;
}

Result<PartFiles> indexed(const fs::path& folder, const std::string& part,
                          const std::string& index) {
    const auto text = file::read_small(folder / part / index, kMaxIndexBytes);
    if (!text) return Failure{text.error()};
    auto read = parse_shard_index(*text);
    if (!read) return Failure{read.error().during(part + "/" + index)};
    for (const std::string& file : read->files) {
        if (!is_there(folder / part / file))
            return fail(ErrorCode::not_found,
                        part + "/" + file + " is missing: " + index + " names it");
    }
    return PartFiles{index, std::move(read->files)};
}

Failure no_weights(const std::string& part, const std::string& stem,
                   const std::set<std::string>& names) {
    const std::string wanted = part + "/" + stem + std::string(kWeights);
    for (const std::string& name : names) {
        for (const char* pickle : {".bin", ".ckpt", ".pt", ".pth"}) {
            if (!name.ends_with(pickle)) continue;
            return fail(ErrorCode::permission_denied,
                        part + "/" + name +
                            " holds weights as a pickle, which can run code when it is read; "
                            "convert it to " +
                            wanted);
        }
    }
    return fail(ErrorCode::not_found, "the model has no " + wanted);
}

}  // namespace

Result<PartFiles> part_files(const fs::path& folder, const std::string& part) {
    const std::string stem = stem_of(part);
    const std::set<std::string> names = names_in(folder / part);
    for (const std::string& variant : variants_of(stem, names)) {
        const std::string weights = weights_name(stem, variant);
        if (names.contains(weights)) return PartFiles{{}, {weights}};
        const std::string index = index_name(stem, variant);
        if (names.contains(index)) return indexed(folder, part, index);
    }
    return no_weights(part, stem, names);
}

}  // namespace gotong::model
