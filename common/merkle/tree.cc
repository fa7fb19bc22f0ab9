#include "common/merkle/tree.h"

#include <bit>

#include "common/check.h"
#include "common/crypto/sha256.h"

namespace gotong::merkle {
namespace {

// Where a tree of `size` > 1 leaves splits: the largest power of two below its size.
std::size_t left_size(std::size_t size) { return std::bit_floor(size - 1); }

}  // namespace

Digest leaf_hash(ByteView data) {
    constexpr std::uint8_t kLeaf[] = {0x00};
    crypto::Sha256 hash;
    hash.update(kLeaf);
    hash.update(data);
    return hash.finish();
}

Digest node_hash(const Digest& left, const Digest& right) {
    constexpr std::uint8_t kNode[] = {0x01};
    crypto::Sha256 hash;
    hash.update(kNode);
    hash.update(left);
    hash.update(right);
    return hash.finish();
}

Digest root(std::span<const Digest> leaves) {
    if (leaves.empty()) return crypto::sha256({});
    if (leaves.size() == 1) return leaves.front();
    const std::size_t split = left_size(leaves.size());
    return node_hash(root(leaves.first(split)), root(leaves.subspan(split)));
}

std::vector<Digest> inclusion_proof(std::span<const Digest> leaves, std::size_t index) {
    check(index < leaves.size(), "an inclusion proof is for a leaf of the tree");
    if (leaves.size() == 1) return {};
    const std::size_t split = left_size(leaves.size());
    const bool is_left = index < split;
    const auto left = leaves.first(split);
    const auto right = leaves.subspan(split);
    std::vector<Digest> proof =
        is_left ? inclusion_proof(left, index) : inclusion_proof(right, index - split);
    proof.push_back(root(is_left ? right : left));
    return proof;
}

// A leaf's path has `inner` levels at which the tree around it is full, so that the index' bits say
// on which side the sibling stands, and above them `border` levels along the right edge, where the
// sibling always stands on the left.
bool verify_inclusion(const Digest& leaf, std::uint64_t index, std::uint64_t size,
                      std::span<const Digest> proof, const Digest& root) {
    if (index >= size) return false;
    const auto inner = static_cast<std::size_t>(std::bit_width(index ^ (size - 1)));
    const auto border = static_cast<std::size_t>(inner < 64 ? std::popcount(index >> inner) : 0);
    if (proof.size() != inner + border) return false;
    Digest hash = leaf;
    for (std::size_t level = 0; level < proof.size(); ++level) {
        const bool sibling_is_right = level < inner && ((index >> level) & 1U) == 0;
        hash = sibling_is_right ? node_hash(hash, proof[level]) : node_hash(proof[level], hash);
    }
    return hash == root;
}

}  // namespace gotong::merkle
