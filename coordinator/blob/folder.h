// Blobs as files in a folder: ROOT/3f/a0/3fa0..., two levels of 256, so that no folder grows
// large; what is on its way in is in ROOT/tmp.
//
// A blob gets its name only after its bytes are synced, so a crash leaves whole blobs and, in tmp,
// rubbish that the next start removes.
//
// Corridor: gateway/blobs -> [blob/folder] -> verify/verifier
#pragma once

#include <filesystem>
#include <memory>

#include "coordinator/blob/blob_store.h"

namespace gotong::blob {

// The caller is the only process that uses `root` (the store's lock on the data folder sees to
// that). Errors: permission_denied.
Result<std::unique_ptr<BlobStore>> open_folder(const std::filesystem::path& root);

}  // namespace gotong::blob
