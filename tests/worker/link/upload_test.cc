// Uploads against a server of one request, written on a bare socket.
#include "worker/link/upload.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <catch2/catch_test_macros.hpp>
#include <string>
#include <thread>

namespace gotong::link {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

// Answers its first request with `status` and keeps what came.
class OneRequestServer {
  public:
    explicit OneRequestServer(std::string status) : status_(std::move(status)) {}
    ~OneRequestServer() { thread_.join(); }
    OneRequestServer(const OneRequestServer&) = delete;
    OneRequestServer& operator=(const OneRequestServer&) = delete;

    std::string url() const {
        return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()) +
               "/blobs/ab?sig=1";
    }
    std::string request() {
        thread_.join();
        thread_ = std::jthread{[] {}};
        return request_;
    }

  private:
    void serve() {
        tcp::socket socket = acceptor_.accept();
        const std::size_t head =
            asio::read_until(socket, asio::dynamic_buffer(request_), "\r\n\r\n");
        constexpr std::size_t kBody = 7;  // "picture"
        if (request_.size() < head + kBody)
            asio::read(socket, asio::dynamic_buffer(request_),
                       asio::transfer_exactly(head + kBody - request_.size()));
        asio::write(socket, asio::buffer("HTTP/1.1 " + status_ + "\r\nContent-Length: 0\r\n\r\n"));
    }

    std::string status_;
    std::string request_;
    asio::io_context io_;
    tcp::acceptor acceptor_{io_, {asio::ip::make_address("127.0.0.1"), 0}};
    std::jthread thread_{[this] { serve(); }};
};

TEST_CASE("the bytes are PUT to the granted address") {
    OneRequestServer server{"201 Created"};
    REQUIRE(upload({.address = "127.0.0.1:1", .pool_key = {}}, server.url(), "picture"));
    const std::string request = server.request();
    CHECK(request.starts_with("PUT /blobs/ab?sig=1 HTTP/1.1\r\n"));
    CHECK(request.ends_with("\r\n\r\npicture"));
}

TEST_CASE("an answer that says no is unavailable, with its status") {
    OneRequestServer server{"403 Forbidden"};
    const auto refused =
        upload({.address = "127.0.0.1:1", .pool_key = {}}, server.url(), "picture");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::unavailable);
    CHECK(refused.error().message == "127.0.0.1 answered 403");
}

TEST_CASE("a picture is never sent to another machine in the clear") {
    const auto refused =
        upload({.address = "192.0.2.1:1", .pool_key = {}}, "http://192.0.2.1/blobs/ab", "picture");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::permission_denied);
}

TEST_CASE("an address that is none is refused") {
    CHECK(upload({.address = "127.0.0.1:1", .pool_key = {}}, "ftp://x/y", "p").error().code ==
          ErrorCode::invalid_argument);
}

}  // namespace
}  // namespace gotong::link
