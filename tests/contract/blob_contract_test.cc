// What every blob store promises (coordinator/blob/blob_store.h). A list of one so far.
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <thread>
#include <vector>

#include "common/crypto/sha256.h"
#include "coordinator/blob/folder.h"
#include "tests/support/temp_dir.h"

namespace gotong::blob {
namespace {

class AnyBlobStore {
  public:
    AnyBlobStore() {
        auto opened = open_folder(folder_ / "blobs");
        REQUIRE(opened);
        store_ = std::move(*opened);
    }
    BlobStore* operator->() { return store_.get(); }

  private:
    test::TempDir folder_;
    std::unique_ptr<BlobStore> store_;
};

const std::string kBytes = std::string("blob\0", 5) + std::string(100'000, 'b');
const crypto::Digest kName = crypto::sha256(as_bytes(kBytes));

TEST_CASE("a blob is given back as it was put") {
    AnyBlobStore store;
    CHECK(store->put(kName, as_bytes(kBytes)) == Added::created);
    CHECK(store->size(kName) == kBytes.size());
    CHECK(store->read(kName) == kBytes);
}

TEST_CASE("a blob can come and go in pieces") {
    AnyBlobStore store;
    const auto writer = store->begin(kName, kBytes.size());
    REQUIRE(writer);
    REQUIRE((*writer)->write(as_bytes(kBytes).first(7)));
    REQUIRE((*writer)->write(as_bytes(kBytes).subspan(7)));
    CHECK_FALSE(store->size(kName));
    REQUIRE((*writer)->finish() == Added::created);

    const auto reader = store->open(kName);
    REQUIRE(reader);
    CHECK((*reader)->size() == kBytes.size());
    std::string got;
    std::vector<std::uint8_t> piece(999);
    while (const std::size_t n = (*reader)->read(piece).value()) {
        got += as_text(ByteView(piece).first(n));
    }
    CHECK(got == kBytes);
}

TEST_CASE("the empty blob is a blob") {
    AnyBlobStore store;
    const crypto::Digest name = crypto::sha256({});
    CHECK(store->put(name, {}) == Added::created);
    CHECK(store->read(name) == "");
}

TEST_CASE("putting a blob again changes nothing and says so") {
    AnyBlobStore store;
    CHECK(store->put(kName, as_bytes(kBytes)) == Added::created);
    CHECK(store->put(kName, as_bytes(kBytes)) == Added::existed);
    CHECK(store->read(kName) == kBytes);
}

TEST_CASE("bytes that do not have the promised digest are refused") {
    AnyBlobStore store;
    std::string other = kBytes;
    other.back() = 'c';
    const auto added = store->put(kName, as_bytes(other));
    REQUIRE_FALSE(added);
    CHECK(added.error().code == ErrorCode::invalid_argument);
    CHECK_FALSE(store->size(kName));
}

TEST_CASE("fewer bytes than were announced are refused, even when they are the right ones") {
    AnyBlobStore store;
    const auto writer = store->begin(kName, kBytes.size() + 1);
    REQUIRE((*writer)->write(as_bytes(kBytes)));
    CHECK_FALSE((*writer)->finish());
    CHECK_FALSE(store->size(kName));
}

TEST_CASE("more bytes than were announced are refused") {
    AnyBlobStore store;
    const auto writer = store->begin(kName, kBytes.size() - 1);
    const auto written = (*writer)->write(as_bytes(kBytes));
    REQUIRE_FALSE(written);
    CHECK(written.error().code == ErrorCode::resource_exhausted);
}

TEST_CASE("a blob above the limit is refused before its first byte") {
    AnyBlobStore store;
    CHECK(store->begin(kName, kMaxBlob));
    CHECK(store->begin(kName, kMaxBlob + 1).error().code == ErrorCode::invalid_argument);
}

TEST_CASE("a blob that was never finished is not there") {
    AnyBlobStore store;
    {
        const auto writer = store->begin(kName, kBytes.size());
        REQUIRE((*writer)->write(as_bytes(kBytes)));
    }
    CHECK_FALSE(store->size(kName));
    CHECK(store->open(kName).error().code == ErrorCode::not_found);
    CHECK(store->read(kName).error().code == ErrorCode::not_found);
}

TEST_CASE("a removed blob is gone, and removing it again is no error") {
    AnyBlobStore store;
    REQUIRE(store->put(kName, as_bytes(kBytes)));
    CHECK(store->remove(kName));
    CHECK_FALSE(store->size(kName));
    CHECK(store->remove(kName));
    CHECK(store->put(kName, as_bytes(kBytes)) == Added::created);
}

TEST_CASE("of many who put the same blob at once exactly one creates it") {
    AnyBlobStore store;
    std::atomic<int> created{0};
    std::atomic<int> existed{0};
    std::vector<std::jthread> threads;
    for (int n = 0; n < 8; ++n) {
        threads.emplace_back([&] {
            const auto added = store->put(kName, as_bytes(kBytes));
            if (added == Added::created) ++created;
            if (added == Added::existed) ++existed;
        });
    }
    threads.clear();  // Joins.
    CHECK(created == 1);
    CHECK(existed == 7);
    CHECK(store->read(kName) == kBytes);
}

}  // namespace
}  // namespace gotong::blob
