#include "common/model/shard_index.h"

#include <nlohmann/json.hpp>
#include <set>

#include "common/json/strict.h"
#include "common/model/manifest.h"
#include "common/safetensors/header.h"
#include "common/text/printable.h"

namespace gotong::model {
namespace {

Failure broken(const std::string& what) { return fail(ErrorCode::invalid_argument, what); }

bool is_shard_name(const std::string& file) {
    return is_model_path(file) && file.find('/') == std::string::npos &&
           file.ends_with(".safetensors");
}

Result<> add_entry(ShardIndex& index, const std::string& tensor, const nlohmann::json& file) {
    if (tensor.empty() || tensor.size() > safetensors::kMaxTensorNameBytes)
        return broken("weight_map: a tensor's name must have 1 to " +
                      std::to_string(safetensors::kMaxTensorNameBytes) + " bytes");
    if (!file.is_string() || !is_shard_name(file.get_ref<const std::string&>())) {
        return broken("weight_map: \"" + text::printable(tensor) +
                      "\" must be in a file beside "
                      "the index, named with letters, digits, '.', '_' and '-' and ending in "
                      ".safetensors, not in " +
                      text::printable(file.dump()));
    }
    index.file_of.emplace(tensor, file.get<std::string>());
    return {};
}

}  // namespace

Result<ShardIndex> parse_shard_index(std::string_view text) {
    const auto json = json::parse_strict(text, {.bytes = kMaxIndexBytes, .depth = 4});
    if (!json) return Failure{json.error()};
    if (!json->is_object() || !json->contains("weight_map") || !json->at("weight_map").is_object())
        return broken("must be an object with a \"weight_map\"");
    const auto& map = json->at("weight_map");
    if (map.empty() || map.size() > safetensors::kMaxTensors)
        return broken("weight_map must name 1 to " + std::to_string(safetensors::kMaxTensors) +
                      " tensors, not " + std::to_string(map.size()));
    ShardIndex index;
    std::set<std::string> files;
    for (const auto& [tensor, file] : map.items()) {
        if (const auto added = add_entry(index, tensor, file); !added)
            return Failure{added.error()};
        files.insert(index.file_of.at(tensor));
    }
    if (files.size() > kMaxShards)
        return broken("weight_map names " + std::to_string(files.size()) + " files; at most " +
                      std::to_string(kMaxShards) + " are read");
    index.files.assign(files.begin(), files.end());
    return index;
}

}  // namespace gotong::model
