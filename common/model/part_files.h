// Which files hold the weights of a part of a diffusers folder. The one rule of it: the engine
// opens these very files, and the catalogue lists them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "common/result.h"

namespace gotong::model {

struct PartFiles {
    std::string index;               // Empty where the weights are one file.
    std::vector<std::string> files;  // Names in the part's folder; several only with an index.
};

// The weights of `folder`/`part`. Where several are there, the first of
//   name.safetensors, name.safetensors.index.json (plain: as trained);
//   name.V.safetensors, name.safetensors.index.V.json for V = fp16, bf16, fp32;
//   the same for any other V, in alphabetical order,
// with the name that the format gives the part: "model" for text encoders, else
// "diffusion_pytorch_model". An index is read, and its files must be there.
//
// Errors, naming the file: not_found; invalid_argument for a broken index; permission_denied where
// only weights in formats that can carry code are there.
Result<PartFiles> part_files(const std::filesystem::path& folder, const std::string& part);

}  // namespace gotong::model
