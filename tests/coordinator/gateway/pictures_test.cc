// Finished pictures, the pool's health, and everything that is not there.
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "tests/coordinator/gateway/door.h"
#include "tests/support/receipt/sample.h"

namespace gotong::gateway {
namespace {

using Catch::Matchers::ContainsSubstring;

JobId job() {
    JobId id;
    id.bytes.fill(0x2a);
    return id;
}

TEST_CASE("a finished picture is handed out with its receipt in it") {
    Door door;
    const test::SampleReceipt sample;
    const crypto::Digest name = crypto::sha256(as_bytes(sample.blob));
    REQUIRE(door.blobs->put(name, as_bytes(sample.blob)));
    door.pictures[job()] = {name, receipt::serialise(sample.bundle())};
    const auto got = Client(door).request("GET", door.presigner.get_picture(job(), door.soon()));
    REQUIRE(got);
    CHECK(got->status == 200);
    CHECK(got->headers.at("content-type") == "image/png");
    CHECK(got->body == sample.picture());
}

TEST_CASE("a picture that is not finished, or whose blob is lost, is an error in words") {
    Door door;
    const std::string url = door.presigner.get_picture(job(), door.soon());
    Client client(door);
    const auto unknown = client.request("GET", url);
    CHECK(unknown->status == 404);
    CHECK_THAT(unknown->body, ContainsSubstring("no finished picture"));
    door.pictures[job()] = {crypto::Digest{9}, "{}"};
    CHECK(client.request("GET", url)->status == 404);
}

TEST_CASE("a picture needs a URL that the pool has signed") {
    Door door;
    CHECK(Client(door).request("GET", "/pictures/" + job().to_hex() + ".png")->status == 403);
}

TEST_CASE("the pool says that it is alive, and whether it can take work") {
    Door door;
    Client client(door);
    CHECK(client.request("GET", "/healthz")->body == "{\"status\":\"ok\"}\n");
    CHECK(client.request("GET", "/readyz")->status == 200);
    door.not_ready = Error{ErrorCode::unavailable, "the core does not answer", {}};
    const auto got = client.request("GET", "/readyz");
    CHECK(got->status == 503);
    CHECK(got->body == "{\"error\":\"the core does not answer\"}\n");
    CHECK(client.request("GET", "/healthz")->status == 200);
}

TEST_CASE("other paths and verbs are refused in words") {
    Door door;
    for (const char* target : {"/", "/blobs", "/favicon.ico", "/healthz/", "/../etc/passwd"}) {
        INFO(target);
        const auto got = Client(door).request("GET", target);
        CHECK(got->status == 404);
        CHECK(got->body == "{\"error\":\"there is nothing at this address\"}\n");
    }
    const auto deleted = Client(door).request("DELETE", door.get_url("x"));
    CHECK(deleted->status == 405);
    CHECK(deleted->headers.at("allow") == "GET, HEAD, PUT");
    CHECK(Client(door).request("PUT", "/healthz", "x")->headers.at("allow") == "GET, HEAD");
}

}  // namespace
}  // namespace gotong::gateway
