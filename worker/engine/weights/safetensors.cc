#include "worker/engine/weights/safetensors.h"

#include <utility>

namespace gotong::engine {

Result<TensorTable> parse_safetensors(ByteView file) {
    const auto text = safetensors::header_text(file, file.size());
    if (!text) return Failure{text.error()};
    const ByteView data = file.subspan(safetensors::kLengthBytes + text->size());
    auto header = safetensors::parse_header(*text, data.size());
    if (!header) return Failure{header.error()};
    TensorTable tensors;
    for (auto& [name, place] : *header) {
        const ByteView bytes = data.subspan(place.begin, place.end - place.begin);
        tensors.emplace_hint(tensors.end(), name,
                             TensorEntry{place.dtype, std::move(place.shape), bytes});
    }
    return tensors;
}

Result<SafetensorsFile> SafetensorsFile::open(const std::filesystem::path& path) {
    auto file = MappedFile::open(path);
    if (!file) return Failure{file.error()};
    auto tensors = parse_safetensors(file->bytes());
    if (!tensors) return Failure{tensors.error().during(path.string())};
    return SafetensorsFile{*std::move(file), *std::move(tensors)};
}

}  // namespace gotong::engine
