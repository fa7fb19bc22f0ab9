// A pool's pictures and uploads as another process sees them, beside the running pool: to be
// copied and checked. Makes nothing and tidies nothing; a folder that is not there is empty.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "coordinator/blob/blob_store.h"
#include "coordinator/job/input_name.h"

namespace gotong::blob {

// blob/folder's.
std::unique_ptr<const BlobStore> look_into_blobs(const std::filesystem::path& root);

// Every blob, in no order; reads all of the folders.
std::vector<crypto::Digest> blobs_in(const std::filesystem::path& root);

// blob/inputs'. Errors: not_found.
Result<std::unique_ptr<Reader>> open_input(const std::filesystem::path& root,
                                           const job::InputName& name);

// Every upload, in no order; reads all of the folders.
std::vector<job::InputName> inputs_in(const std::filesystem::path& root);

}  // namespace gotong::blob
