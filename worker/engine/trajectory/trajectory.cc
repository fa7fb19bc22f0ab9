#include "worker/engine/trajectory/trajectory.h"

#include <bit>

#include "common/merkle/tree.h"

namespace gotong::engine {
namespace {

constexpr std::string_view kLeafTag = "gl1";

void append_u32_be(std::string& bytes, std::uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift);
}

void append_f32_le(std::string& bytes, float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    for (int shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(bits >> shift);
}

}  // namespace

std::string trajectory_leaf(std::uint32_t index, const TensorView& latent) {
    std::string bytes{kLeafTag};
    bytes.reserve(kLeafTag.size() + 4 * (2 + latent.shape.size() + latent.values.size()));
    append_u32_be(bytes, index);
    append_u32_be(bytes, static_cast<std::uint32_t>(latent.shape.size()));
    for (const std::int64_t dim : latent.shape)
        append_u32_be(bytes, static_cast<std::uint32_t>(dim));
    for (const float value : latent.values) append_f32_le(bytes, value);
    return bytes;
}

void Trajectory::add(const TensorView& latent) {
    hashes_.push_back(merkle::leaf_hash(as_bytes(trajectory_leaf(leaves(), latent))));
}

Digest Trajectory::root() const { return merkle::root(hashes_); }

}  // namespace gotong::engine
