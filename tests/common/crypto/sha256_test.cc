// SHA-256 against FIPS 180-2's examples, HMAC against RFC 4231's.
#include "common/crypto/sha256.h"

#include <catch2/catch_test_macros.hpp>
#include <fstream>
#include <string>

#include "tests/support/temp_dir.h"

namespace gotong::crypto {
namespace {

constexpr const char* kTwoBlocks = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
constexpr const char* kTwoBlocksDigest =
    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1";

TEST_CASE("SHA-256 gives the published digests") {
    CHECK(to_hex(sha256({})) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(to_hex(sha256(as_bytes("abc"))) ==
          "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(to_hex(sha256(as_bytes(kTwoBlocks))) == kTwoBlocksDigest);
}

TEST_CASE("a message in pieces has the digest of the whole, and the object can be used again") {
    Sha256 hash;
    hash.update(as_bytes(std::string_view(kTwoBlocks).substr(0, 5)));
    hash.update({});
    hash.update(as_bytes(std::string_view(kTwoBlocks).substr(5)));
    CHECK(to_hex(hash.finish()) == kTwoBlocksDigest);
    hash.update(as_bytes("abc"));
    CHECK(hash.finish() == sha256(as_bytes("abc")));
}

TEST_CASE("a file has the digest of its bytes, however long it is") {
    const test::TempDir folder;
    const std::string million(1'000'000, 'a');
    std::ofstream(folder / "file", std::ios::binary) << million;
    CHECK(to_hex(sha256_file(folder / "file").value()) ==
          "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("a file that is not there is not found, and a folder has no digest") {
    const test::TempDir folder;
    CHECK(sha256_file(folder / "nothing").error().code == ErrorCode::not_found);
    CHECK_FALSE(sha256_file(folder.path()));
}

TEST_CASE("HMAC-SHA-256 gives the vectors of RFC 4231") {
    const std::string short_key(20, '\x0b');
    CHECK(to_hex(hmac_sha256(as_bytes(short_key), as_bytes("Hi There"))) ==
          "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    CHECK(to_hex(hmac_sha256(as_bytes("Jefe"), as_bytes("what do ya want for nothing?"))) ==
          "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    const std::string long_key(131, '\xaa');
    CHECK(to_hex(hmac_sha256(as_bytes(long_key),
                             as_bytes("Test Using Larger Than Block-Size Key - Hash Key First"))) ==
          "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST_CASE("an empty key is a key") {
    // Computed with Python's hmac module.
    CHECK(to_hex(hmac_sha256({}, {})) ==
          "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST_CASE("a digest has one spelling") {
    const std::string hex = to_hex(sha256(as_bytes("abc")));
    CHECK(digest_from_hex(hex) == sha256(as_bytes("abc")));
    CHECK_FALSE(digest_from_hex(hex.substr(1)));
    CHECK_FALSE(digest_from_hex(hex + "0"));
    std::string upper = hex;
    upper[0] = 'B';
    CHECK_FALSE(digest_from_hex(upper));
    std::string foreign = hex;
    foreign[10] = 'g';
    CHECK_FALSE(digest_from_hex(foreign));
}

}  // namespace
}  // namespace gotong::crypto
