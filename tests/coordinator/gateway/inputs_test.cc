// Uploads in and out by pre-signed URL, through a real socket: what comes from honest creators, and
// what does not.
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "common/picture/format.h"
#include "tests/coordinator/gateway/door.h"

namespace gotong::gateway {
namespace {

using Catch::Matchers::ContainsSubstring;

const std::string kPng = std::string("\x89PNG\r\n\x1a\n") + std::string(200'000, 'p');

blob::InputName name_of(std::string_view bytes, std::uint8_t account = 1) {
    blob::InputName name{.account = {}, .sha256 = crypto::sha256(as_bytes(bytes))};
    name.account.bytes.fill(account);
    return name;
}

std::string put_url(const Door& door, std::string_view bytes) {
    return door.presigner.put_input(name_of(bytes), bytes.size(), door.soon());
}

std::string get_url(const Door& door, const blob::InputName& name) {
    return door.presigner.get_input(name, door.soon());
}

TEST_CASE("an upload is stored, told to the core, and given to whoever has its URL") {
    const Door door;
    Client client(door);
    CHECK(client.request("PUT", put_url(door, kPng), kPng)->status == 201);
    CHECK(door.kept().at(name_of(kPng)) == kPng.size());
    const auto got = client.request("GET", get_url(door, name_of(kPng)));
    REQUIRE(got);
    CHECK(got->status == 200);
    CHECK(got->body == kPng);
    CHECK(got->headers.at("content-type") == "application/octet-stream");
    CHECK(client.request("HEAD", get_url(door, name_of(kPng)))->status == 200);
}

TEST_CASE("an upload that comes again is told to be there, and changes nothing") {
    const Door door;
    const std::string url = put_url(door, kPng);
    CHECK(Client(door).request("PUT", url, kPng)->status == 201);
    const auto again = Client(door).request("PUT", url, kPng);
    CHECK(again->status == 200);
    CHECK_THAT(again->body, ContainsSubstring("already there"));
    std::string other = kPng;
    other.back() = 'q';
    CHECK(Client(door).request("PUT", url, other)->status == 422);
    CHECK(Client(door).request("GET", get_url(door, name_of(kPng)))->body == kPng);
}

TEST_CASE("PNG, JPEG and WebP are pictures, and nothing else is") {
    const Door door;
    for (const std::string& picture :
         {kPng, std::string("\xff\xd8\xff\xe0 and so on"), std::string("RIFF1234WEBPVP8 ")}) {
        CHECK(Client(door).request("PUT", put_url(door, picture), picture)->status == 201);
    }
    for (const std::string& other : {std::string("GIF89a, and enough bytes to tell"),
                                     std::string("\x89PNG\r\n"), std::string()}) {
        INFO(other);
        const auto got = Client(door).request("PUT", put_url(door, other), other);
        CHECK(got->status == 422);
        CHECK_THAT(got->body, ContainsSubstring("this is no PNG, JPEG or WebP file"));
        CHECK_FALSE(door.inputs->size(name_of(other)));
    }
    CHECK(door.unfinished() == 0);
    CHECK(door.kept().size() == 3);
}

TEST_CASE("first bytes that come one by one tell the format all the same") {
    const Door door;
    Client client(door);
    client.send(put_head(put_url(door, kPng), kPng.size()));
    for (int i = 0; i < 14; ++i) client.send(kPng.substr(static_cast<std::size_t>(i), 1));
    client.send(kPng.substr(14));
    CHECK(client.answer()->status == 201);
    CHECK(Client(door).request("GET", get_url(door, name_of(kPng)))->body == kPng);
}

TEST_CASE("bytes that are not those of the name leave nothing behind") {
    const Door door;
    Client client(door);
    std::string other = kPng;
    other.back() = 'q';
    const auto got = client.request("PUT", put_url(door, kPng), other);
    CHECK(got->status == 422);
    CHECK_THAT(got->body, ContainsSubstring("the bytes have the SHA-256"));
    CHECK_FALSE(door.inputs->size(name_of(kPng)));
    CHECK(door.unfinished() == 0);
    CHECK(door.kept().empty());
}

TEST_CASE("an upload above what was granted, or above the largest, is refused at its head") {
    const Door door;
    Client client(door);
    client.send(put_head(put_url(door, kPng), kPng.size() + 1));
    CHECK(client.answer()->status == 413);
    constexpr std::uint64_t kLarge = picture::kMaxFileBytes + 1;
    const auto url = door.presigner.put_input(name_of(kPng), kLarge, door.soon());
    Client large(door);
    large.send(put_head(url, kLarge));
    const auto got = large.answer();
    CHECK(got->status == 413);
    CHECK_THAT(got->body, ContainsSubstring("at most 16777216 bytes, not 16777217"));
}

TEST_CASE("an upload of unknown length is refused") {
    const Door door;
    Client client(door);
    client.send("PUT " + put_url(door, kPng) +
                " HTTP/1.1\r\nHost: pool\r\nTransfer-Encoding: chunked\r\n\r\n");
    CHECK(client.answer()->status == 411);
}

TEST_CASE("nobody gets at an upload by its digest, nor by another account's URL") {
    const Door door;
    REQUIRE(Client(door).request("PUT", put_url(door, kPng), kPng)->status == 201);
    const std::string url = get_url(door, name_of(kPng));
    const std::string plain = url.substr(0, url.find('?'));
    std::string others = get_url(door, name_of(kPng, 2));
    CHECK(Client(door).request("GET", others)->status == 404);
    others.replace(8, 32, name_of(kPng).account.to_hex());
    for (const std::string& target : {plain, others, put_url(door, kPng)}) {
        INFO(target);
        CHECK(Client(door).request("GET", target)->status == 403);
    }
    CHECK(Client(door).request("GET", door.get_url(kPng))->status == 404);  // It is no blob.
    CHECK(Client(door).request("DELETE", url)->status == 405);
}

TEST_CASE("an expired URL neither brings nor fetches an upload") {
    Door door;
    const std::string put = put_url(door, kPng);
    const std::string get = get_url(door, name_of(kPng));
    REQUIRE(Client(door).request("PUT", put, kPng)->status == 201);
    door.clock.wall_ms += 60'000;
    CHECK(Client(door).request("PUT", put, kPng)->status == 403);
    const auto got = Client(door).request("GET", get);
    CHECK(got->status == 403);
    CHECK_THAT(got->body, ContainsSubstring("expired"));
    CHECK(door.lost().empty());
}

TEST_CASE("a file that is gone is told to the core") {
    const Door door;
    CHECK(Client(door).request("GET", get_url(door, name_of(kPng)))->status == 404);
    CHECK(door.lost() == std::set{name_of(kPng)});
}

TEST_CASE("an upload for which the account has no room is refused with the core's words") {
    Door door;
    door.no_room = Error{ErrorCode::resource_exhausted, "room comes back in 3 h", {}};
    const auto got = Client(door).request("PUT", put_url(door, kPng), kPng);
    CHECK(got->status == 507);
    CHECK_THAT(got->body, ContainsSubstring("room comes back in 3 h"));
}

}  // namespace
}  // namespace gotong::gateway
