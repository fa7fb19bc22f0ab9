// The tree of RFC 6962 against published constants: the reference tree of Certificate Transparency,
// and the digests over all subtrees and inclusion proofs of a 130-leaf tree that the test vectors
// of draft-ietf-plants-merkle-tree-certs give.
#include "common/merkle/tree.h"

#include <rapidcheck.h>

#include <bit>
#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

#include "common/crypto/sha256.h"

namespace gotong::merkle {
namespace {

using crypto::to_hex;

std::vector<Digest> reference_leaves() {
    std::vector<Digest> leaves;
    for (const std::string& input :
         {std::string(), std::string("\x00", 1), std::string("\x10"), std::string("\x20\x21"),
          std::string("\x30\x31"), std::string("\x40\x41\x42\x43"),
          std::string("\x50\x51\x52\x53\x54\x55\x56\x57"),
          std::string("\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f")}) {
        leaves.push_back(leaf_hash(as_bytes(input)));
    }
    return leaves;
}

// Leaf i is the byte i.
std::vector<Digest> counting_leaves(std::size_t count) {
    std::vector<Digest> leaves;
    for (std::size_t i = 0; i < count; ++i) {
        const auto byte = static_cast<std::uint8_t>(i);
        leaves.push_back(leaf_hash({&byte, 1}));
    }
    return leaves;
}

// A subtree begins at a multiple of the smallest power of two that is not below its size.
bool is_subtree(std::size_t start, std::size_t end) {
    return start == end || start % std::bit_ceil(end - start) == 0;
}

std::string span_text(std::size_t start, std::size_t end) {
    return "[" + std::to_string(start) + ", " + std::to_string(end) + ")";
}

TEST_CASE("roots are those of the reference tree") {
    const std::vector<Digest> leaves = reference_leaves();
    CHECK(to_hex(root({})) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(to_hex(root(std::span(leaves).first(1))) ==
          "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
    CHECK(to_hex(root(leaves)) ==
          "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
}

TEST_CASE("the roots of all subtrees of 130 leaves fold into the published digest") {
    const std::vector<Digest> leaves = counting_leaves(130);
    crypto::Sha256 fold;
    for (std::size_t end = 0; end <= leaves.size(); ++end) {
        for (std::size_t start = 0; start <= end; ++start) {
            if (!is_subtree(start, end)) continue;
            const Digest hash = root(std::span(leaves).subspan(start, end - start));
            fold.update(as_bytes(span_text(start, end) + " " + to_hex(hash) + "\n"));
        }
    }
    CHECK(to_hex(fold.finish()) ==
          "b82806ad4265bb151c1119c0f4db437bb4d1a1f887b3a7fba1cd4ebf552e3e81");
}

TEST_CASE("the inclusion proofs of 130 leaves fold into the published digest, and all verify") {
    const std::vector<Digest> leaves = counting_leaves(130);
    crypto::Sha256 fold;
    std::size_t refused = 0;
    for (std::size_t end = 1; end <= leaves.size(); ++end) {
        for (std::size_t start = 0; start < end; ++start) {
            if (!is_subtree(start, end)) continue;
            const auto subtree = std::span(leaves).subspan(start, end - start);
            const Digest top = root(subtree);
            for (std::size_t i = 0; i < subtree.size(); ++i) {
                const std::vector<Digest> proof = inclusion_proof(subtree, i);
                std::string line = std::to_string(start + i) + " " + span_text(start, end);
                for (const Digest& hash : proof) line += " " + to_hex(hash);
                fold.update(as_bytes(line + "\n"));
                if (!verify_inclusion(subtree[i], i, subtree.size(), proof, top)) ++refused;
            }
        }
    }
    CHECK(to_hex(fold.finish()) ==
          "ac2a8f989e44d99e399db448050ff5f19757df53cfb716aa81015d3955d8163f");
    CHECK(refused == 0);
}

TEST_CASE("a proof that was changed anywhere is refused") {
    CHECK(rc::check([] {
        const std::vector<Digest> leaves = counting_leaves(*rc::gen::inRange<std::size_t>(2, 40));
        const auto index = *rc::gen::inRange<std::size_t>(0, leaves.size());
        const Digest top = root(leaves);
        std::vector<Digest> proof = inclusion_proof(leaves, index);
        RC_ASSERT(verify_inclusion(leaves[index], index, leaves.size(), proof, top));

        const auto other = (index + 1) % leaves.size();
        RC_ASSERT_FALSE(verify_inclusion(leaves[other], index, leaves.size(), proof, top));
        RC_ASSERT_FALSE(verify_inclusion(leaves[index], other, leaves.size(), proof, top));
        RC_ASSERT_FALSE(verify_inclusion(leaves[index], leaves.size(), leaves.size(), proof, top));

        const auto at = *rc::gen::inRange<std::size_t>(0, proof.size());
        proof[at][0] = static_cast<std::uint8_t>(proof[at][0] ^ 1U);
        RC_ASSERT_FALSE(verify_inclusion(leaves[index], index, leaves.size(), proof, top));
    }));
}

TEST_CASE("a proof that is too short or too long is refused") {
    const std::vector<Digest> leaves = counting_leaves(7);
    const Digest top = root(leaves);
    std::vector<Digest> proof = inclusion_proof(leaves, 3);
    proof.push_back(Digest{});
    CHECK_FALSE(verify_inclusion(leaves[3], 3, 7, proof, top));
    proof.resize(proof.size() - 2);
    CHECK_FALSE(verify_inclusion(leaves[3], 3, 7, proof, top));
    CHECK_FALSE(verify_inclusion(leaves[3], 0, 0, {}, leaves[3]));
    CHECK(verify_inclusion(leaves[3], 0, 1, {}, leaves[3]));
}

TEST_CASE("the largest tree that can be named does not upset verification") {
    const Digest any = crypto::sha256({});
    const std::vector<Digest> proof(64, any);
    CHECK_FALSE(verify_inclusion(any, 0, ~std::uint64_t{0}, proof, any));
    CHECK_FALSE(verify_inclusion(any, ~std::uint64_t{0} - 1, ~std::uint64_t{0}, proof, any));
}

TEST_CASE("a node can never pass for a leaf") {
    const Digest left = leaf_hash(as_bytes("a"));
    const Digest right = leaf_hash(as_bytes("b"));
    const std::string both = std::string(as_text(left)) + std::string(as_text(right));
    CHECK(node_hash(left, right) != leaf_hash(as_bytes(both)));
}

}  // namespace
}  // namespace gotong::merkle
