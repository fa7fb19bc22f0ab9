#include "tests/e2e/front.h"

#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include "tests/support/process.h"

namespace gotong::test {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;

constexpr std::uint64_t kMostBytes = std::uint64_t{64} << 20U;

template <class Message>
Message read(boost::asio::ip::tcp::socket& socket) {
    beast::flat_buffer buffer;
    typename std::conditional_t<Message::header_type::is_request::value,
                                http::request_parser<http::string_body>,
                                http::response_parser<http::string_body>>
        parser;
    parser.body_limit(kMostBytes);
    http::read(socket, buffer, parser);
    return parser.release();
}

}  // namespace

Front::Front() : accepting_([this] { accept(); }) {}

Front::~Front() {
    stopping_ = true;
    boost::system::error_code ignored;
    tcp::socket{io_}.connect(acceptor_.local_endpoint(), ignored);  // Wakes accept().
}

std::string Front::url() const {
    return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port());
}

void Front::forward_to(const std::string& gateway) {
    gateway_port_ = static_cast<std::uint16_t>(std::stoi(gateway.substr(gateway.rfind(':') + 1)));
}

void Front::accept() {
    while (true) {
        tcp::socket client = acceptor_.accept();
        if (stopping_) return;
        connections_.emplace_back([this, client = std::move(client)]() mutable {
            try {
                serve(std::move(client));
            } catch (const boost::system::system_error&) {
                // Somebody was killed, as tests do.
            }
        });
    }
}

void Front::serve(tcp::socket client) {
    using Request = http::request<http::string_body>;
    using Response = http::response<http::string_body>;
    const auto request = read<Request>(client);
    const bool lends =
        request.method() == http::verb::get && request.target().starts_with("/inputs/");
    if (lends) ++asked_;
    while (lends && mood_ == Mood::silent && !stopping_) pause(std::chrono::milliseconds{5});
    if (lends && mood_ == Mood::forbidding) {
        Response refusal{http::status::forbidden, request.version()};
        refusal.prepare_payload();
        http::write(client, refusal);
        return;
    }
    boost::asio::io_context io;
    tcp::socket gateway{io};
    gateway.connect({boost::asio::ip::address_v4::loopback(), gateway_port_});
    http::write(gateway, request);
    auto response = read<Response>(gateway);
    if (lends && mood_ == Mood::lying && !response.body().empty()) response.body().back() ^= 1;
    http::write(client, response);
}

}  // namespace gotong::test
