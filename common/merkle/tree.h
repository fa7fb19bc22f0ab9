// The Merkle tree of RFC 6962 (SHA-256): one digest that commits to a list, and short proofs that
// one element is in it.
//
// Leaves and nodes are hashed with different first bytes, so that a node can never pass for a leaf.
// Functions take leaf hashes, which the caller keeps: 32 bytes an element.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "common/bytes.h"
#include "common/crypto/digest.h"

namespace gotong::merkle {

// SHA-256(0x00 | data).
Digest leaf_hash(ByteView data);

// SHA-256(0x01 | left | right).
Digest node_hash(const Digest& left, const Digest& right);

// The tree's root; SHA-256 of nothing for no leaves. Cost: one hash a leaf.
Digest root(std::span<const Digest> leaves);

// The siblings from leaf `index` up to the root, lowest first. `index` < leaves.size(). Cost: one
// hash a leaf.
std::vector<Digest> inclusion_proof(std::span<const Digest> leaves, std::size_t index);

// Whether `leaf` is element `index` of the list of `size` elements that `root` commits to. False
// for an index outside the list and for a proof that is too short or too long.
bool verify_inclusion(const Digest& leaf, std::uint64_t index, std::uint64_t size,
                      std::span<const Digest> proof, const Digest& root);

}  // namespace gotong::merkle
