// Ed25519 against RFC 8032's vectors, and which keys and signatures are refused.
#include "common/crypto/sign.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <string>
#include <utility>
#include <vector>

#include "common/crypto/sha256.h"

namespace gotong::crypto {
namespace {

std::string bytes_of(std::string_view hex) {
    std::string bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
        bytes.push_back(static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
    }
    return bytes;
}

PublicKey raw_key(std::string_view hex) {
    const std::string bytes = bytes_of(hex);
    PublicKey key;
    std::copy(bytes.begin(), bytes.end(), key.bytes.begin());
    return key;
}

struct Vector {
    const char* seed;
    const char* public_key;
    const char* message;
    const char* signature;
};

// RFC 8032, section 7.1, tests 1 to 3.
const std::vector<Vector> kVectors{
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
     "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
     "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
     "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"}};

TEST_CASE("signing gives the vectors of RFC 8032") {
    for (const Vector& vector : kVectors) {
        const SigningKey key = SigningKey::from_seed(as_bytes(bytes_of(vector.seed))).value();
        CHECK(to_hex(key.public_key().bytes) == vector.public_key);
        const std::string message = bytes_of(vector.message);
        const Signature signature = key.sign(as_bytes(message));
        CHECK(to_hex(signature.bytes) == vector.signature);
        CHECK(verify(key.public_key(), as_bytes(message), signature));
    }
}

TEST_CASE("no bit of message, signature or key can be another") {
    const SigningKey key = SigningKey::generate();
    const std::string message = "one picture";
    const Signature signature = key.sign(as_bytes(message));
    for (std::size_t bit = 0; bit < 8 * message.size(); ++bit) {
        std::string other = message;
        other[bit / 8] = static_cast<char>(other[bit / 8] ^ (1 << (bit % 8)));
        CHECK_FALSE(verify(key.public_key(), as_bytes(other), signature));
    }
    for (std::size_t bit = 0; bit < 8 * signature.bytes.size(); ++bit) {
        Signature other = signature;
        other.bytes[bit / 8] = static_cast<std::uint8_t>(other.bytes[bit / 8] ^ (1U << (bit % 8)));
        CHECK_FALSE(verify(key.public_key(), as_bytes(message), other));
    }
    for (std::size_t bit = 0; bit < 8 * key.public_key().bytes.size(); ++bit) {
        PublicKey other = key.public_key();
        other.bytes[bit / 8] = static_cast<std::uint8_t>(other.bytes[bit / 8] ^ (1U << (bit % 8)));
        CHECK_FALSE(verify(other, as_bytes(message), signature));
    }
}

TEST_CASE("a signature with the group's order added to its scalar is refused") {
    // L in little-endian: S + L would verify under a rule that does not demand S < L.
    const std::string order =
        bytes_of("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
    const SigningKey key = SigningKey::generate();
    Signature signature = key.sign(as_bytes("message"));
    unsigned carry = 0;
    for (std::size_t i = 0; i < 32; ++i) {
        carry += signature.bytes[32 + i];
        carry += static_cast<std::uint8_t>(order[i]);
        signature.bytes[32 + i] = static_cast<std::uint8_t>(carry);
        carry >>= 8U;
    }
    CHECK_FALSE(verify(key.public_key(), as_bytes("message"), signature));
}

TEST_CASE("every encoding of a low-order point is refused as a key") {
    // The 14 encodings: 8 points, and 6 second spellings of them.
    const std::vector<std::string> encodings{
        "0100000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa"};
    for (const std::string& encoding : encodings) {
        INFO(encoding);
        CHECK_FALSE(checked_public_key(as_bytes(bytes_of(encoding))));
    }
}

TEST_CASE("a key that is no point, or of another size, is refused") {
    std::string two(32, '\0');
    two[0] = 2;  // y = 2 has no x.
    CHECK_FALSE(checked_public_key(as_bytes(two)));
    CHECK_FALSE(checked_public_key(as_bytes(std::string(31, '\1'))));
    CHECK_FALSE(checked_public_key({}));
}

TEST_CASE("a fresh key is sound, and no two are alike") {
    const SigningKey one = SigningKey::generate();
    const SigningKey other = SigningKey::generate();
    CHECK(checked_public_key(one.public_key().bytes) == one.public_key());
    CHECK(one.public_key() != other.public_key());
}

TEST_CASE("a key that was moved still signs as itself") {
    SigningKey key = SigningKey::generate();
    const PublicKey public_key = key.public_key();
    SigningKey moved = std::move(key);
    CHECK(verify(public_key, as_bytes("m"), moved.sign(as_bytes("m"))));
    SigningKey assigned = SigningKey::generate();
    assigned = std::move(moved);
    CHECK(assigned.public_key() == public_key);
    CHECK(verify(public_key, as_bytes("m"), assigned.sign(as_bytes("m"))));
}

TEST_CASE("a key's id is the SHA-256 of its raw bytes, and a worker's id the first half") {
    const PublicKey key = raw_key(kVectors[0].public_key);
    CHECK(key_id(key) == to_hex(sha256(key.bytes)));
    CHECK(key_id(key) == "21fe31dfa154a261626bf854046fd2271b7bed4b6abe45aa58877ef47f9721b9");
    CHECK(worker_id_of(key).to_hex() == key_id(key).substr(0, 32));
}

}  // namespace
}  // namespace gotong::crypto
