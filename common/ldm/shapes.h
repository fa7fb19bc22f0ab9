// Looks up tensors' shapes in a header. The first that is missing, or has too few dimensions, is
// kept; until finish() reports it the getters return 1, so that a config is written in one go.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/result.h"
#include "common/safetensors/header.h"

namespace gotong::ldm {

// Any tensor whose name begins so? Cost: one look-up.
bool has_prefix(const safetensors::Header& header, const std::string& prefix);

class Shapes {
  public:
    // `header` outlives this object.
    explicit Shapes(const safetensors::Header& header) : header_(header) {}

    bool exists(const std::string& name) const { return header_.contains(name); }
    std::int64_t size(const std::string& name, std::size_t axis);
    std::size_t rank(const std::string& name);

    // n where "`prefix`0." to "`prefix`n-1." all begin some tensor's name. At most kMostNumbered.
    std::size_t numbered(const std::string& prefix) const;

    // For what only the caller can judge; unimplemented.
    void unsupported(const std::string& what);

    Result<> finish() const;

  private:
    const safetensors::TensorPlace* find(const std::string& name);

    const safetensors::Header& header_;
    std::optional<Error> problem_;
};

inline constexpr std::size_t kMostNumbered = 256;  // Blocks or layers; the largest have 70.

}  // namespace gotong::ldm
