// No text makes the manifest's reader fail otherwise than by an Error, and none of the paths that
// it hands out leaves its folder.
#include <filesystem>

#include "common/check.h"
#include "common/model/manifest.h"
#include "tests/fuzz/target.h"

namespace gotong::fuzz {

const Allowance kAllowance{.per_byte = kTreePerByte};

void read(ByteView input) {
    const auto manifest = model::manifest_from_json(as_text(input));
    if (!taken(manifest)) return;
    for (const model::ModelFile& file : manifest->files) {
        const auto normal = std::filesystem::path("/model") / file.path;
        check(normal == normal.lexically_normal() && normal.string().starts_with("/model/"),
              "a path stays inside the folder");
    }
    const auto again = model::manifest_from_json(model::to_json(*manifest));
    if (taken(again)) check(*again == *manifest, "read again");
}

}  // namespace gotong::fuzz
