// The same door behind TLS, visited by the client that workers use.
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <fstream>

#include "common/certificate/certificate.h"
#include "common/http/client.h"
#include "tests/coordinator/gateway/door.h"

namespace gotong::gateway {
namespace {

struct OwnCertificate {
    OwnCertificate() {
        std::ofstream(folder / "cert.pem") << certificate.chain_pem;
        std::ofstream(folder / "key.pem") << certificate.key_pem;
    }
    TlsFiles files() const { return {folder / "cert.pem", folder / "key.pem"}; }

    test::TempDir folder;
    certificate::Certificate certificate = certificate::make_self_signed({"127.0.0.1"});
};

const std::string kBytes(300'000, 'p');

http::Request request_to(const Door& door, const std::string& target, const OwnCertificate& own) {
    http::Request request;
    request.url =
        http::parse_url("https://127.0.0.1:" + std::to_string(door.port()) + target).value();
    request.most_bytes = 1U << 20U;
    request.pinned = certificate::fingerprint(own.certificate.chain_pem).value();
    return request;
}

TEST_CASE("blobs travel through TLS to a client that pins the certificate") {
    const OwnCertificate own;
    const Door door({}, own.files());
    http::Request put = request_to(door, door.put_url(kBytes), own);
    put.method = http::Method::put;
    put.body = kBytes;
    const auto stored = http::exchange(put);
    REQUIRE(stored);
    CHECK(stored->status == 201);
    const auto got = http::exchange(request_to(door, door.get_url(kBytes), own));
    REQUIRE(got);
    CHECK(got->body == kBytes);
}

TEST_CASE("a peer that does not speak TLS to a TLS port gets nothing") {
    const OwnCertificate own;
    const Door door({}, own.files());
    CHECK_FALSE(Client(door).request("GET", "/healthz"));
}

TEST_CASE("a handshake that does not end is cut off") {
    const OwnCertificate own;
    const Door door({.header = 50ms}, own.files());
    Client client(door);
    client.send("\x16\x03\x01");
    CHECK(client.is_hung_up());
}

TEST_CASE("files that hold no certificate or no key are refused with their name") {
    const Door door;
    const OwnCertificate own;
    const Services services{door.clock, door.presigner, *door.blobs, {}, {}, *door.inputs, {}, {}};
    const std::filesystem::path certificate = own.files().certificate;
    const std::filesystem::path key = own.files().key;
    for (const auto& [files, at_fault] :
         {std::pair{TlsFiles{key, key}, key},
          std::pair{TlsFiles{certificate, certificate}, certificate},
          std::pair{TlsFiles{"/nowhere.pem", key}, std::filesystem::path("/nowhere.pem")}}) {
        const auto gateway = Gateway::start({"127.0.0.1", 0, files, {}}, services);
        REQUIRE_FALSE(gateway);
        CHECK(gateway.error().code == ErrorCode::invalid_argument);
        CHECK_THAT(gateway.error().message, Catch::Matchers::ContainsSubstring(at_fault.string()));
    }
}

}  // namespace
}  // namespace gotong::gateway
