#include "worker/engine/weights/part_weights.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "common/file/file.h"
#include "common/model/shard_index.h"
#include "common/text/printable.h"

namespace gotong::engine {
namespace {

namespace fs = std::filesystem;

Failure broken(const std::string& tensor, const std::string& what) {
    return fail(ErrorCode::invalid_argument, "tensor \"" + text::printable(tensor) + "\" " + what);
}

Result<std::shared_ptr<const SafetensorsFile>> open_shared(const fs::path& path) {
    auto file = SafetensorsFile::open(path);
    if (!file) return Failure{file.error()};
    return std::make_shared<const SafetensorsFile>(*std::move(file));
}

Result<model::ShardIndex> read_index(const fs::path& path) {
    const auto text = file::read_small(path, model::kMaxIndexBytes);
    if (!text) return Failure{text.error()};
    return model::parse_shard_index(*text);
}

// Does `shard` hold nothing but what the index says it does?
Result<> check_shard(const model::ShardIndex& index, const std::string& shard,
                     const TensorTable& tensors) {
    for (const auto& [name, entry] : tensors) {
        const auto place = index.file_of.find(name);
        if (place == index.file_of.end())
            return broken(name, "is in " + shard + ", and the index does not know it");
        if (place->second != shard)
            return broken(name, "is in " + shard + "; the index says " + place->second);
    }
    return {};
}

Result<> check_complete(const model::ShardIndex& index, const TensorTable& tensors) {
    for (const auto& [name, shard] : index.file_of)
        if (!tensors.contains(name))
            return broken(name, "is not in " + shard + ", as the index says");
    return {};
}

}  // namespace

Result<PartWeights> PartWeights::from_files(const fs::path& folder, const std::string& part,
                                            const model::PartFiles& files) {
    const bool sharded = !files.index.empty();
    PartWeights weights(part + "/" + (sharded ? files.index : files.files.front()));
    model::ShardIndex index;
    if (sharded) {
        auto read = read_index(folder / part / files.index);
        if (!read) return Failure{read.error().during(weights.name_)};
        index = *std::move(read);
    }
    for (const std::string& name : files.files) {
        const auto file = open_shared(folder / part / name);
        if (!file) return Failure{file.error()};
        const TensorTable& tensors = (*file)->tensors();
        const auto agrees = sharded ? check_shard(index, name, tensors) : Result<>{};
        if (!agrees) return Failure{agrees.error().during(weights.name_)};
        weights.tensors_.insert(tensors.begin(), tensors.end());
        weights.files_.push_back(*file);
    }
    if (const auto complete = check_complete(index, weights.tensors_); !complete)
        return Failure{complete.error().during(weights.name_)};
    return weights;
}

Result<PartWeights> PartWeights::from_checkpoint(std::shared_ptr<const SafetensorsFile> file,
                                                 const std::string& file_name,
                                                 const ldm::NameMap& names,
                                                 const std::string& part) {
    PartWeights weights(file_name + ": " + part);
    for (const auto& [name, entry] : file->tensors()) {
        const auto target = names.target(name);
        if (!target || target->part != part) continue;
        if (const auto added = weights.add(name, entry, *target); !added)
            return Failure{added.error().during(file_name)};
    }
    weights.files_.push_back(std::move(file));
    return weights;
}

std::shared_ptr<const SafetensorsFile> PartWeights::file_of(const TensorEntry& entry) const {
    const auto found = std::find_if(files_.begin(), files_.end(),
                                    [&](const auto& file) { return file->holds(entry.bytes); });
    return found == files_.end() ? nullptr : *found;
}

Result<> PartWeights::insert(const std::string& name, TensorEntry entry) {
    if (tensors_.emplace(name, std::move(entry)).second) return {};
    return broken(name, "is there twice, under different names");
}

Result<> PartWeights::add(const std::string& from, const TensorEntry& entry,
                          const ldm::Target& target) {
    switch (target.change) {
        case ldm::Change::none:
            return insert(target.name, entry);
        case ldm::Change::to_linear: {
            TensorEntry linear = entry;
            while (linear.shape.size() > 2 && linear.shape.back() == 1) linear.shape.pop_back();
            return insert(target.name, std::move(linear));
        }
        case ldm::Change::split_qkv:
            if (entry.shape.empty() || entry.shape[0] % 3 != 0)
                return broken(from, "must hold query, key and value, one after the other");
            return add_thirds(target.name, entry);
        case ldm::Change::transpose:
            if (entry.shape.size() != 2) return broken(from, "must have two dimensions");
            return add_transposed(target.name, entry);
    }
    return {};
}

Result<> PartWeights::add_thirds(const std::string& name, const TensorEntry& entry) {
    const std::size_t star = name.find('*');
    const std::size_t bytes = entry.bytes.size() / 3;
    constexpr std::array kThirds{"q", "k", "v"};
    for (std::size_t i = 0; i < kThirds.size(); ++i) {
        TensorEntry third{entry.dtype, entry.shape, entry.bytes.subspan(i * bytes, bytes)};
        third.shape[0] /= 3;
        const auto added =
            insert(name.substr(0, star) + kThirds[i] + name.substr(star + 1), std::move(third));
        if (!added) return added;
    }
    return {};
}

Result<> PartWeights::add_transposed(const std::string& name, const TensorEntry& entry) {
    const auto rows = static_cast<std::size_t>(entry.shape[0]);
    const auto columns = static_cast<std::size_t>(entry.shape[1]);
    std::vector<std::uint8_t>& turned = turned_.emplace_back(entry.bytes.size());
    const std::size_t each = turned.empty() ? 0 : turned.size() / (rows * columns);
    for (std::size_t row = 0; each > 0 && row < rows; ++row) {
        for (std::size_t column = 0; column < columns; ++column)
            std::memcpy(&turned[(column * rows + row) * each],
                        &entry.bytes[(row * columns + column) * each], each);
    }
    return insert(name, {entry.dtype, {entry.shape[1], entry.shape[0]}, turned});
}

}  // namespace gotong::engine
