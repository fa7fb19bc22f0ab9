// The client against a real server on loopback, in the clear and with a pinned certificate.
#include "common/http/client.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <functional>
#include <future>
#include <thread>

#include "common/certificate/certificate.h"
#include "common/tls/certificate.h"

namespace gotong::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using WireRequest = beast::http::request<beast::http::string_body>;
using WireResponse = beast::http::response<beast::http::string_body>;
using Handler = std::function<WireResponse(const WireRequest&)>;

WireResponse answer_with(unsigned status, const std::string& body) {
    WireResponse response;
    response.result(status);
    response.body() = body;
    response.prepare_payload();
    return response;
}

template <class Stream>
void serve(Stream& stream, const Handler& handler) {
    beast::flat_buffer buffer;
    WireRequest request;
    beast::http::read(stream, buffer, request);
    beast::http::write(stream, handler(request));
}

// Serves one connection. With a certificate it speaks TLS.
class Server {
  public:
    explicit Server(Handler handler, const certificate::Certificate* identity = nullptr)
        : handler_(std::move(handler)) {
        if (identity != nullptr) {
            context_.emplace(asio::ssl::context::tls_server);
            context_->use_certificate_chain(asio::buffer(identity->chain_pem));
            context_->use_private_key(asio::buffer(identity->key_pem), asio::ssl::context::pem);
        }
        thread_ = std::jthread{[this] { accept_one(); }};
    }

    Request request() const {
        Request request;
        request.url = {.tls = context_.has_value(),
                       .host = "127.0.0.1",
                       .port = acceptor_.local_endpoint().port(),
                       .target = "/x?y=1"};
        request.most_bytes = 100;
        return request;
    }

  private:
    void accept_one() {
        try {
            tcp::socket socket = acceptor_.accept();
            if (!context_) return serve(socket, handler_);
            beast::ssl_stream<tcp::socket> stream{std::move(socket), *context_};
            stream.handshake(asio::ssl::stream_base::server);
            serve(stream, handler_);
        } catch (const boost::system::system_error&) {
            // The client hung up, as some of these tests want it to.
        }
    }

    Handler handler_;
    std::optional<asio::ssl::context> context_;
    asio::io_context io_;
    tcp::acceptor acceptor_{io_, {asio::ip::address_v4::loopback(), 0}};
    std::jthread thread_;
};

TEST_CASE("a GET brings the body, and asks for the host and target it was given") {
    WireRequest seen;
    const Server server{[&](const WireRequest& request) {
        seen = request;
        return answer_with(200, "picture");
    }};
    const auto response = exchange(server.request());
    REQUIRE(response);
    CHECK(response->status == 200);
    CHECK(response->body == "picture");
    CHECK(seen.target() == "/x?y=1");
    CHECK(seen[beast::http::field::host] == server.request().url.authority());
}

TEST_CASE("a PUT takes its body and type along, whatever the size") {
    WireRequest seen;
    const Server server{[&](const WireRequest& request) {
        seen = request;
        return answer_with(201, "");
    }};
    Request request = server.request();
    request.method = Method::put;
    request.body = std::string(900'000, 'p');
    request.content_type = "image/png";
    const auto response = exchange(request);
    REQUIRE(response);
    CHECK(response->status == 201);
    CHECK(seen.body() == request.body);
    CHECK(seen[beast::http::field::content_type] == "image/png");
}

TEST_CASE("any status is an answer, not an error") {
    const Server server{[](const WireRequest&) { return answer_with(404, "no such blob"); }};
    const auto response = exchange(server.request());
    REQUIRE(response);
    CHECK(response->status == 404);
}

TEST_CASE("a longer body than agreed is refused") {
    const Server server{[](const WireRequest&) { return answer_with(200, std::string(101, 'x')); }};
    const auto response = exchange(server.request());
    REQUIRE_FALSE(response);
    CHECK(response.error().code == ErrorCode::resource_exhausted);
}

TEST_CASE("nobody there, and somebody who never answers, are unavailable") {
    Request request;
    {
        const Server server{[](const WireRequest&) { return answer_with(200, ""); }};
        request = server.request();
        REQUIRE(exchange(request));
    }
    const auto gone = exchange(request);
    REQUIRE_FALSE(gone);
    CHECK(gone.error().code == ErrorCode::unavailable);

    asio::io_context io;
    tcp::acceptor silent{io, {asio::ip::address_v4::loopback(), 0}};
    request.url.port = silent.local_endpoint().port();
    request.patience = std::chrono::milliseconds{50};
    const auto mute = exchange(request);
    REQUIRE_FALSE(mute);
    CHECK(mute.error().code == ErrorCode::unavailable);
}

TEST_CASE(
    "a request is cut off by a stop, and when its time is over, in the clear and within TLS") {
    const auto identity = certificate::make_self_signed({"gotong-pool"});
    const bool tls = GENERATE(false, true);
    std::stop_source stop;
    std::promise<void> end;
    const Server server{[&](const WireRequest&) {
                            end.get_future().wait();
                            return answer_with(200, "");
                        },
                        tls ? &identity : nullptr};
    Request request = server.request();
    request.pinned = certificate::fingerprint(identity.chain_pem).value();
    SECTION("a stop") {
        request.stop = stop.get_token();
        const std::jthread stopper{[&] {
            std::this_thread::sleep_for(std::chrono::milliseconds{50});
            stop.request_stop();
        }};
        const auto cut = exchange(request);
        end.set_value();
        REQUIRE_FALSE(cut);
        CHECK(cut.error().code == ErrorCode::cancelled);
    }
    SECTION("its time") {
        request.within = std::chrono::milliseconds{50};
        const auto late = exchange(request);
        end.set_value();
        REQUIRE_FALSE(late);
        CHECK(late.error().code == ErrorCode::unavailable);
    }
}

TEST_CASE("a pinned certificate is accepted, another one gets no request") {
    const auto identity = certificate::make_self_signed({"gotong-pool"});
    const auto fingerprint = certificate::fingerprint(identity.chain_pem);
    REQUIRE(fingerprint);
    SECTION("the right one") {
        const Server server{[](const WireRequest&) { return answer_with(200, "ok"); }, &identity};
        Request request = server.request();
        request.pinned = *fingerprint;
        const auto response = exchange(request);
        REQUIRE(response);
        CHECK(response->body == "ok");
    }
    SECTION("another") {
        bool asked = false;
        const Server server{[&](const WireRequest&) {
                                asked = true;
                                return answer_with(200, "ok");
                            },
                            &identity};
        Request request = server.request();
        request.pinned = Digest{};
        const auto response = exchange(request);
        REQUIRE_FALSE(response);
        CHECK(response.error().code == ErrorCode::permission_denied);
        CHECK_FALSE(asked);
    }
    SECTION("no pin, and no authority that vouches for it") {
        const Server server{[](const WireRequest&) { return answer_with(200, "ok"); }, &identity};
        const auto response = exchange(server.request());
        REQUIRE_FALSE(response);
        CHECK(response.error().code == ErrorCode::permission_denied);
    }
}

TEST_CASE("a server's certificate can be looked at before anything is said to it") {
    const auto identity = certificate::make_self_signed({"gotong-pool"});
    const Server server{[](const WireRequest&) { return answer_with(200, ""); }, &identity};
    const auto seen =
        tls::server_certificate("127.0.0.1", server.request().url.port, std::chrono::seconds{5});
    REQUIRE(seen);
    REQUIRE(seen->has_value());
    CHECK((*seen)->self_signed);
    CHECK((*seen)->fingerprint == certificate::fingerprint(identity.chain_pem).value());
    CHECK(certificate::fingerprint((*seen)->pem).value() == (*seen)->fingerprint);
}

TEST_CASE("a server that speaks no TLS has no certificate, and nobody has none either") {
    std::uint16_t port = 0;
    {
        const Server plain{[](const WireRequest&) { return answer_with(200, ""); }};
        port = plain.request().url.port;
        const auto none = tls::server_certificate("127.0.0.1", port, std::chrono::seconds{5});
        REQUIRE(none);
        CHECK_FALSE(none->has_value());
    }
    CHECK_FALSE(tls::server_certificate("127.0.0.1", port, std::chrono::seconds{5}));
}

}  // namespace
}  // namespace gotong::http
