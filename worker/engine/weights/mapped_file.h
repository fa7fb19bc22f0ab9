// A file seen as memory, read-only, for as long as the object lives.
#pragma once

#include <filesystem>

#include "common/bytes.h"
#include "common/result.h"

namespace gotong::engine {

// The file must not be truncated or written to while it is mapped: reading beyond its new end kills
// the process, and what is read late is what the file holds by then.
// Model folders therefore belong to the worker alone.
class MappedFile {
  public:
    // Errors: not_found; permission_denied; failed_precondition when it is no regular file.
    static Result<MappedFile> open(const std::filesystem::path& path);

    MappedFile(MappedFile&& other) noexcept;
    MappedFile& operator=(MappedFile&& other) noexcept;
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;
    ~MappedFile();

    ByteView bytes() const { return bytes_; }

    bool holds(ByteView part) const {
        return part.data() >= bytes_.data() &&
               part.data() + part.size() <= bytes_.data() + bytes_.size();
    }

    // The pages that lie in `part` whole leave our memory; they come back when they are read again.
    // Without effect for bytes that are not this file's.
    void release(ByteView part) const;

  private:
    explicit MappedFile(ByteView bytes) : bytes_(bytes) {}
    ByteView bytes_;
};

}  // namespace gotong::engine
