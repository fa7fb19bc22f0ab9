// Blobs in and out by pre-signed URL, through a real socket: every status that there is.
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <thread>
#include <vector>

#include "tests/coordinator/gateway/door.h"

namespace gotong::gateway {
namespace {

using Catch::Matchers::ContainsSubstring;

const std::string kBytes = std::string("PNG\0", 4) + std::string(200'000, 'p');

TEST_CASE("a blob is stored, told to be there already, and given back") {
    const Door door;
    Client client(door);
    CHECK(client.request("PUT", door.put_url(kBytes), kBytes)->status == 201);
    CHECK(client.request("PUT", door.put_url(kBytes), kBytes)->status == 200);
    const auto got = client.request("GET", door.get_url(kBytes));
    REQUIRE(got);
    CHECK(got->status == 200);
    CHECK(got->body == kBytes);
    CHECK(got->headers.at("content-type") == "application/octet-stream");
}

TEST_CASE("HEAD tells a blob's size without its bytes") {
    const Door door;
    Client client(door);
    REQUIRE(client.request("PUT", door.put_url(kBytes), kBytes)->status == 201);
    const auto got = client.request("HEAD", door.get_url(kBytes));
    REQUIRE(got);
    CHECK(got->status == 200);
    CHECK(got->headers.at("content-length") == std::to_string(kBytes.size()));
    CHECK(client.request("GET", "/healthz")->status == 200);  // Nothing was left in between.
}

TEST_CASE("a blob that is not there is not found") {
    const Door door;
    const auto got = Client(door).request("GET", door.get_url(kBytes));
    CHECK(got->status == 404);
    CHECK_THAT(got->body, ContainsSubstring(R"({"error":"there is no blob )"));
}

TEST_CASE("a URL that the pool has not signed, or not for this, is forbidden") {
    const Door door;
    const std::string put = door.put_url(kBytes);
    std::string forged = put;
    forged.back() = forged.back() == 'A' ? 'E' : 'A';
    const std::string plain = put.substr(0, put.find('?'));
    for (const std::string& target : {forged, plain, door.get_url(kBytes)}) {
        INFO(target);
        const auto got = Client(door).request("PUT", target, kBytes);
        CHECK(got->status == 403);
        CHECK_THAT(got->body, ContainsSubstring("ask the pool for a new one"));
    }
    CHECK(Client(door).request("GET", put)->status == 403);
    CHECK_FALSE(door.holds(kBytes));
}

TEST_CASE("a URL that has expired is forbidden") {
    Door door;
    const std::string put = door.put_url(kBytes);
    door.clock.wall_ms += 60'000;
    const auto got = Client(door).request("PUT", put, kBytes);
    CHECK(got->status == 403);
    CHECK_THAT(got->body, ContainsSubstring("expired"));
}

TEST_CASE("a body of unknown length is refused") {
    const Door door;
    Client client(door);
    client.send("PUT " + door.put_url(kBytes) +
                " HTTP/1.1\r\nHost: pool\r\nTransfer-Encoding: chunked\r\n\r\n");
    CHECK(client.answer()->status == 411);
}

TEST_CASE("a body above what was granted is refused before its first byte") {
    const Door door;
    Client client(door);
    client.send(put_head(door.put_url(kBytes), kBytes.size() + 1));
    const auto got = client.answer();
    CHECK(got->status == 413);
    CHECK_THAT(got->body, ContainsSubstring("at most 200004 bytes, not 200005"));
    CHECK(door.unfinished() == 0);
}

TEST_CASE("nobody can be granted more than the largest blob") {
    const Door door;
    const auto url = door.presigner.put_blob(crypto::Digest{}, blob::kMaxBlob + 1, door.soon());
    Client client(door);
    client.send(put_head(url, blob::kMaxBlob + 1));
    CHECK(client.answer()->status == 413);
}

TEST_CASE("bytes that are not those of the name are refused, and the connection goes on") {
    const Door door;
    Client client(door);
    std::string other = kBytes;
    other.back() = 'q';
    const auto got = client.request("PUT", door.put_url(kBytes), other);
    CHECK(got->status == 422);
    CHECK_FALSE(door.holds(kBytes));
    CHECK_FALSE(door.holds(other));
    CHECK(door.unfinished() == 0);
    CHECK(client.request("PUT", door.put_url(kBytes), kBytes)->status == 201);
}

TEST_CASE("a smaller body than was granted is fine when it is the one of the name") {
    const Door door;
    const auto url =
        door.presigner.put_blob(crypto::sha256(as_bytes(kBytes)), blob::kMaxBlob, door.soon());
    CHECK(Client(door).request("PUT", url, kBytes)->status == 201);
}

TEST_CASE("a peer that waits for 100 Continue is told to go on, or refused at once") {
    const Door door;
    Client good(door);
    good.send(put_head(door.put_url(kBytes), kBytes.size(), "Expect: 100-continue\r\n"));
    CHECK(good.answer()->status == 100);
    good.send(kBytes);
    CHECK(good.answer()->status == 201);
    Client bad(door);
    bad.send(put_head("/blobs/nothing", kBytes.size(), "Expect: 100-continue\r\n"));
    CHECK(bad.answer()->status == 403);
}

TEST_CASE("a refusal reaches a peer that sends all of its body before it reads") {
    const Door door;
    const std::string large(8U << 20U, 'x');
    const auto got = Client(door).request("PUT", "/blobs/nothing", large);
    REQUIRE(got);
    CHECK(got->status == 403);
    CHECK(got->headers.at("connection") == "close");
}

TEST_CASE("a peer that leaves in the middle of a blob leaves nothing behind") {
    const Door door;
    Client client(door);
    client.send(put_head(door.put_url(kBytes), kBytes.size()) + kBytes.substr(0, 100'000));
    while (door.unfinished() == 0) std::this_thread::yield();
    client.close();
    while (door.unfinished() > 0) std::this_thread::yield();
    CHECK_FALSE(door.holds(kBytes));
}

TEST_CASE("a gateway that stops in the middle of a blob leaves nothing behind") {
    Door door;
    Client client(door);
    client.send(put_head(door.put_url(kBytes), kBytes.size()) + kBytes.substr(0, 100'000));
    while (door.unfinished() == 0) std::this_thread::yield();
    door.gateway.reset();
    CHECK(door.unfinished() == 0);
    CHECK(client.is_hung_up());
}

TEST_CASE("of many who upload the same blob at once one is told that it created it") {
    const Door door;
    std::atomic<int> created{0};
    std::atomic<int> existed{0};
    std::vector<std::jthread> threads;
    for (int n = 0; n < 8; ++n) {
        threads.emplace_back([&] {
            const auto got = Client(door).request("PUT", door.put_url(kBytes), kBytes);
            if (got && got->status == 201) ++created;
            if (got && got->status == 200) ++existed;
        });
    }
    threads.clear();  // Joins.
    CHECK(created == 1);
    CHECK(existed == 7);
    CHECK(door.holds(kBytes));
}

}  // namespace
}  // namespace gotong::gateway
