// The index of weights that come in several files, "shards": name.safetensors.index.json.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"

namespace gotong::model {

inline constexpr std::size_t kMaxShards = 64;             // Of one part; 20 GB have two to five.
inline constexpr std::size_t kMaxIndexBytes = 8U << 20U;  // 20,000 tensors with the longest names.

struct ShardIndex {
    std::map<std::string, std::string, std::less<>> file_of;  // By tensor.
    std::vector<std::string> files;                           // Ascending, each once.
};

// {"metadata": {...}, "weight_map": {tensor: file}}. A file is a name in the index's own folder
// that ends in .safetensors; a path is refused. Errors: invalid_argument, naming what is wrong.
Result<ShardIndex> parse_shard_index(std::string_view json);

}  // namespace gotong::model
