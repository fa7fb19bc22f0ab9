// The commitment to how a picture came about: an RFC 6962 tree over the sampler's latents.
//
// Leaf i is the latent after step i, leaf 0 the one the sampler starts from, as the bytes
//     "gl1" | u32be i | u32be rank | u32be dims... | values, fp32 little-endian
// An auditor who is shown a few leaves with their proofs can run the steps between them again.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/crypto/digest.h"
#include "worker/engine/request/request.h"

namespace gotong::engine {

// The bytes of leaf `index`; the tree hashes them with RFC 6962's leaf prefix.
std::string trajectory_leaf(std::uint32_t index, const TensorView& latent);

class Trajectory {
  public:
    // Latents in order, from the start on. Cost: one SHA-256 over the latent's bytes.
    void add(const TensorView& latent);

    std::uint32_t leaves() const { return static_cast<std::uint32_t>(hashes_.size()); }
    Digest root() const;

  private:
    std::vector<Digest> hashes_;
};

}  // namespace gotong::engine
