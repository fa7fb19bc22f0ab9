// Files lent out by a gateway that is honest, slow, broken or a liar.
#include "worker/link/download.h"

#include <catch2/catch_test_macros.hpp>
#include <future>

#include "common/crypto/sha256.h"
#include "common/picture/format.h"
#include "tests/worker/link/file_server.h"

namespace gotong::link {
namespace {

using namespace std::chrono_literals;

const std::string kFile = "a picture to begin with";

worker::Input input(const std::string& url, const std::string& bytes = kFile) {
    return {.sha256 = crypto::sha256(as_bytes(bytes)), .size = bytes.size(), .url = url};
}

Endpoint pool() { return {.address = "127.0.0.1:1", .pool_key = {}}; }

Result<std::string> download_within(const worker::Input& file, std::chrono::milliseconds time,
                                    const std::stop_token& stop = {}) {
    return download(pool(), file,
                    {.deadline = std::chrono::steady_clock::now() + time, .stop = stop});
}

Result<std::string> download(const worker::Input& file) { return download_within(file, 30s); }

TEST_CASE("the bytes come from the address that the pool named") {
    const FileServer server{{answer("200 OK", kFile)}};
    CHECK(download(input(server.url())) == kFile);
}

TEST_CASE("a connection that is cut, and a gateway that fails, are tried again") {
    const FileServer server{{answer("200 OK", kFile, 5), answer("503 Service Unavailable", ""),
                             answer("200 OK", kFile)}};
    CHECK(download(input(server.url())) == kFile);
    CHECK(server.requests() == 3);
}

TEST_CASE("an address that does not hold any more hands the job back, at once") {
    for (const char* status : {"403 Forbidden", "404 Not Found", "410 Gone"}) {
        const FileServer server{{answer(status, "")}};
        const auto refused = download(input(server.url()));
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == ErrorCode::unavailable);
        CHECK(refused.error().message.find(std::string{status}.substr(0, 3)) != std::string::npos);
        CHECK(server.requests() == 1);
    }
}

TEST_CASE("other bytes than the job names are never handed on, and the error says so") {
    std::string other = kFile;
    other.back() = 'x';
    const std::vector<std::string> lies{other, kFile + "and more"};
    for (const std::string& lie : lies) {
        const FileServer server{{answer("200 OK", lie)}};
        const auto refused = download(input(server.url()));
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == ErrorCode::invalid_argument);
        CHECK(refused.error().message.find("other bytes") != std::string::npos);
        CHECK(server.requests() == 1);
    }
}

TEST_CASE("a file larger than any picture is not asked for") {
    const FileServer server{{}};
    worker::Input huge = input(server.url());
    huge.size = picture::kMaxFileBytes + 1;
    CHECK(download(huge).error().code == ErrorCode::invalid_argument);
    CHECK(server.requests() == 0);
}

TEST_CASE("nothing is fetched from another machine in the clear") {
    const auto refused = download(input("http://192.0.2.1/inputs/ana/ab"));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::unavailable);
    CHECK(refused.error().message.find("without TLS") != std::string::npos);
    CHECK(refused.error().message.find("inputs") == std::string::npos);
}

TEST_CASE("a gateway that says nothing costs no more than the time that was given") {
    const FileServer server{{""}};
    const auto late = download_within(input(server.url()), 100ms);
    REQUIRE_FALSE(late);
    CHECK(late.error().code == ErrorCode::unavailable);
}

TEST_CASE("a stop ends a download that is under way") {
    const FileServer server{{""}};
    std::stop_source stop;
    auto downloading = std::async(std::launch::async, [&] {
        return download_within(input(server.url()), 10min, stop.get_token());
    });
    while (server.requests() == 0) std::this_thread::sleep_for(1ms);
    stop.request_stop();
    const auto stopped = downloading.get();
    REQUIRE_FALSE(stopped);
    CHECK(stopped.error().code == ErrorCode::cancelled);
}

}  // namespace
}  // namespace gotong::link
