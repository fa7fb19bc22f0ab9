// The certificate that a pool makes for itself, looked at with the openssl command.
#include "common/certificate/certificate.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <fstream>

#include "tests/support/process.h"
#include "tests/support/temp_dir.h"

namespace gotong::certificate {
namespace {

std::string openssl(const std::string& pem, std::vector<std::string> words) {
    const test::TempDir dir;
    std::ofstream(dir / "c.pem") << pem;
    std::vector<std::string> command{"openssl", "x509", "-in", (dir / "c.pem").string(), "-noout"};
    command.insert(command.end(), words.begin(), words.end());
    const test::Finished finished = test::run(command);
    CHECK(finished.status == 0);
    return finished.out;
}

TEST_CASE("it names its hosts, serves for years, and is its own root") {
    const Certificate made = make_self_signed({"gotong-pool", "pool.example", "192.0.2.7", "::1"});
    REQUIRE(check_pair(made));
    const std::string text = openssl(made.chain_pem, {"-text"});
    CHECK(text.find("prime256v1") != std::string::npos);
    CHECK(text.find("DNS:gotong-pool, DNS:pool.example, IP Address:192.0.2.7") !=
          std::string::npos);
    CHECK(text.find("IP Address:0:0:0:0:0:0:0:1") != std::string::npos);
    CHECK(text.find("CA:TRUE") != std::string::npos);
    constexpr const char* nine_years = "283824000";
    CHECK(openssl(made.chain_pem, {"-checkend", nine_years}).find("will not expire") !=
          std::string::npos);
}

TEST_CASE("the fingerprint is the SHA-256 that other tools print") {
    const Certificate made = make_self_signed({"gotong-pool"});
    std::string printed = openssl(made.chain_pem, {"-fingerprint", "-sha256"});
    printed = printed.substr(printed.find('=') + 1);
    std::erase_if(printed, [](char c) { return c == ':' || c == '\n'; });
    std::ranges::transform(printed, printed.begin(),
                           [](char c) { return c >= 'A' ? static_cast<char>(c + 32) : c; });
    CHECK(crypto::to_hex(fingerprint(made.chain_pem).value()) == printed);
}

TEST_CASE("no two are alike, and a key fits its own certificate only") {
    const Certificate one = make_self_signed({"gotong-pool"});
    const Certificate two = make_self_signed({"gotong-pool"});
    CHECK(fingerprint(one.chain_pem).value() != fingerprint(two.chain_pem).value());
    CHECK_FALSE(check_pair({.chain_pem = one.chain_pem, .key_pem = two.key_pem}));
    CHECK_FALSE(check_pair({.chain_pem = one.chain_pem, .key_pem = "no key"}));
    CHECK_FALSE(check_pair({.chain_pem = "", .key_pem = one.key_pem}));
    CHECK_FALSE(fingerprint("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"));
}

TEST_CASE("the system's roots do not know it") {
    CHECK_FALSE(is_trusted_by_system(make_self_signed({"gotong-pool"}).chain_pem));
    CHECK_FALSE(is_trusted_by_system(""));
}

}  // namespace
}  // namespace gotong::certificate
