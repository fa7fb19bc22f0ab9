// Seeded normal noise of our own, so that a seed means the same picture on every machine. No torch.
//
// Uniforms are integers; the Box-Muller step is in double precision and rounded once, so the
// values do not depend on a CPU's vector units as torch.randn's do.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace gotong::engine {

// `count` normals of Philox 4x32-10 under key `seed`: what torch.randn draws on an NVIDIA GPU (and
// other programs call "NV" or "GPU" noise). The network's generator. Value i depends on seed,
// offset and i alone, so neither batch nor device can change it. Each draw of one picture takes
// the next offset: 0 for the start latent, i for the noise of step i (counted from 1).
std::vector<float> philox_normals(std::uint64_t seed, std::uint32_t offset, std::size_t count);

// `count` normals as torch.randn draws them on the CPU in one call after manual_seed(seed):
// mt19937, equal to about 1e-6 (torch itself differs by that much between CPUs).
std::vector<float> torch_cpu_normals(std::uint64_t seed, std::size_t count);

}  // namespace gotong::engine
