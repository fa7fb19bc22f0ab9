// A URL allows exactly what was signed. The signature itself is compared with one that Python's
// hmac module made.
#include "coordinator/blob/presign.h"

#include <sys/stat.h>

#include <catch2/catch_test_macros.hpp>
#include <fstream>

#include "common/crypto/sha256.h"
#include "tests/support/temp_dir.h"

namespace gotong::blob {
namespace {

constexpr WallTime kExpires{std::chrono::milliseconds{1'700'000'000'000}};
constexpr WallTime kBefore = kExpires - 1ms;
constexpr std::uint64_t kSize = 1234;

crypto::Digest digest_of(std::uint8_t n) {
    crypto::Digest digest;
    digest.fill(n);
    return digest;
}

const Presigner kPool(digest_of(7));

TEST_CASE("a signed URL is spelled as the header says") {
    // python3: hmac.new(b'\x07'*32, b'gotong-presign-v1\nPUT\n/blobs/' + b'ab'*32 +
    //                   b'\n1234\n1700000000000', 'sha256'), base64.urlsafe_b64encode
    CHECK(kPool.put_blob(digest_of(0xab), kSize, kExpires) ==
          "/blobs/abababababababababababababababababababababababababababababababab"
          "?exp=1700000000000&size=1234&sig=5vosEEwVmS6pB2nq_cCJOcO6Q4x8gIsk1gz7v9lABIc");
    JobId job;
    job.bytes.fill(0xcd);
    CHECK(kPool.get_picture(job, kExpires) ==
          "/pictures/cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd.png"
          "?exp=1700000000000&sig=4nCPwZvN5jXczDq0mgVqOIGQ7gKDISum7pxnTeOb4Gs");
}

TEST_CASE("the URL of an upload names the account that it is for") {
    InputName name{.account = {}, .sha256 = digest_of(0xab)};
    name.account.bytes.fill(0xef);
    const std::string put = kPool.put_input(name, kSize, kExpires);
    CHECK(put ==
          "/inputs/efefefefefefefefefefefefefefefef/"
          "abababababababababababababababababababababababababababababababab"
          "?exp=1700000000000&size=1234&sig=MwuBlX3mfDdj2WZqH1ROltJvIEaqB8WSf5RpHMlVfVU");
    CHECK(kPool.check(Method::put, put, kBefore));
    CHECK(kPool.check(Method::get, kPool.get_input(name, kExpires), kBefore));
    std::string others = put;
    others.replace(others.find("ef"), 2, "ee");
    CHECK(kPool.check(Method::put, others, kBefore).error().code == ErrorCode::permission_denied);
}

TEST_CASE("a signed URL is granted until it expires") {
    const std::string url = kPool.put_blob(digest_of(1), kSize, kExpires);
    const auto grant = kPool.check(Method::put, url, kBefore);
    REQUIRE(grant);
    CHECK(grant->path == "/blobs/" + crypto::to_hex(digest_of(1)));
    CHECK(grant->size == kSize);
    CHECK(grant->expires == kExpires);
    CHECK(kPool.check(Method::put, url, kExpires).error().code == ErrorCode::deadline_exceeded);
    CHECK(kPool.check(Method::get, kPool.get_blob(digest_of(1), kExpires), kBefore));
}

TEST_CASE("a URL for one method is worth nothing for the other") {
    const std::string put = kPool.put_blob(digest_of(1), kSize, kExpires);
    const std::string get = kPool.get_blob(digest_of(1), kExpires);
    CHECK(kPool.check(Method::get, put, kBefore).error().code == ErrorCode::permission_denied);
    CHECK(kPool.check(Method::put, get, kBefore).error().code == ErrorCode::permission_denied);
}

TEST_CASE("another pool's key grants nothing here") {
    const std::string url = Presigner(digest_of(8)).get_blob(digest_of(1), kExpires);
    CHECK(kPool.check(Method::get, url, kBefore).error().code == ErrorCode::permission_denied);
}

TEST_CASE("no character of a signed URL can be another") {
    const std::string url = kPool.put_blob(digest_of(1), kSize, kExpires);
    for (std::size_t at = 0; at < url.size(); ++at) {
        for (const int flip : {1, 2, 4, 8, 16, 32, 64, 128}) {
            std::string forged = url;
            forged[at] = static_cast<char>(forged[at] ^ flip);
            INFO(forged);
            CHECK_FALSE(kPool.check(Method::put, forged, kBefore));
        }
    }
}

TEST_CASE("a signed URL has one spelling") {
    const std::string url = kPool.put_blob(digest_of(1), kSize, kExpires);
    for (const char* tail : {"&", "&size=9999", "&exp=9999999999999", "=", "%20", "#x"}) {
        CHECK_FALSE(kPool.check(Method::put, url + tail, kBefore));
    }
    const std::size_t mark = url.find('?');
    CHECK_FALSE(kPool.check(Method::put, url.substr(0, mark), kBefore));
    CHECK_FALSE(kPool.check(Method::put, url.substr(0, mark) + "/" + url.substr(mark), kBefore));
    CHECK_FALSE(kPool.check(Method::put, "/" + url, kBefore));
    std::string padded = url;
    padded.insert(padded.find("size=") + 5, "0");
    CHECK_FALSE(kPool.check(Method::put, padded, kBefore));
    CHECK_FALSE(kPool.check(Method::put, "", kBefore));
}

TEST_CASE("the key is made once, kept, and private") {
    const test::TempDir folder;
    const auto first = Presigner::load_or_create(folder / "presign.key");
    REQUIRE(first);
    const auto second = Presigner::load_or_create(folder / "presign.key");
    REQUIRE(second);
    const std::string url = first->get_blob(digest_of(1), kExpires);
    CHECK(second->check(Method::get, url, kBefore));
    CHECK_FALSE(kPool.check(Method::get, url, kBefore));
    struct stat status {};
    REQUIRE(::stat((folder / "presign.key").c_str(), &status) == 0);
    CHECK((status.st_mode & 077U) == 0);
}

TEST_CASE("a file that holds no key is refused") {
    const test::TempDir folder;
    for (const std::size_t size : {31U, 33U}) {
        std::ofstream(folder / "presign.key") << std::string(size, 'k');
        const auto presigner = Presigner::load_or_create(folder / "presign.key");
        REQUIRE_FALSE(presigner);
        CHECK(presigner.error().code == ErrorCode::data_loss);
    }
}

}  // namespace
}  // namespace gotong::blob
