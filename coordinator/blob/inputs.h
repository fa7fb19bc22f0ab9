// What creators upload to begin a picture with: files named by account and SHA-256, in
// ROOT/<account>/<hex>, apart from results. Whoever knows the digest of somebody else's upload has
// nothing of it: the name that another account's jobs would find is another.
//
// The files are the bytes alone. Which of them count, and until when, is the store's to know
// (core/inputs): one without a row there is rubbish that the next start removes.
//
// Any thread. Calls block on the disk for milliseconds.
//
// Corridor: gateway/inputs -> [blob/inputs] -> core/inputs
#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "coordinator/blob/blob_store.h"
#include "coordinator/job/input_name.h"

namespace gotong::blob {

using job::InputName;

class Inputs {
  public:
    // The caller is the only process that uses `root`. Errors: permission_denied.
    static Result<std::unique_ptr<Inputs>> open_folder(const std::filesystem::path& root);

    // Durable after finish(). Errors: invalid_argument above picture::kMaxFileBytes;
    // resource_exhausted when the disk is full.
    Result<std::unique_ptr<Writer>> begin(const InputName& name, std::uint64_t size);

    // Bytes; nullopt when it is not there.
    std::optional<std::uint64_t> size(const InputName& name) const;

    // Errors: not_found.
    Result<std::unique_ptr<Reader>> open(const InputName& name) const;

    // Does nothing when it is not there.
    Result<> remove(const InputName& name);

    // Everything there is, in no order. Reads every folder: for the start.
    std::vector<InputName> list() const;

  private:
    explicit Inputs(std::filesystem::path root) : root_(std::move(root)) {}
    std::filesystem::path path_of(const InputName& name) const;

    std::filesystem::path root_;
    std::atomic<std::uint64_t> next_temporary_{0};
};

}  // namespace gotong::blob
