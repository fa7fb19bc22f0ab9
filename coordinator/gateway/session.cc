#include "coordinator/gateway/session.h"

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <string>
#include <utility>
#include <vector>

namespace gotong::gateway {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
namespace net = boost::asio;
using boost::system::error_code;
using std::chrono::milliseconds;

// Our own URLs have 200 characters; proxies add a kilobyte of headers.
constexpr std::uint32_t kMaxHeader = 8U << 10U;
// What moves between socket and disk at a time.
constexpr std::size_t kPiece = 64U << 10U;
// After an early refusal, how long a peer that is still sending may go on before it is cut off: it
// reads the refusal only when its last byte is gone.
constexpr milliseconds kLinger{5'000};

constexpr auto kAwait = net::as_tuple(net::use_awaitable);

template <class T>
using Awaitable = net::awaitable<T>;

using Parser = http::request_parser<http::buffer_body>;

Verb verb_of(http::verb verb) {
    switch (verb) {
        case http::verb::get:
            return Verb::get;
        case http::verb::head:
            return Verb::head;
        case http::verb::put:
            return Verb::put;
        default:
            return Verb::other;
    }
}

Head head_of(const Parser& parser) {
    const boost::optional<std::uint64_t> length = parser.content_length();
    const auto target = parser.get().target();
    const auto authorization = parser.get()[http::field::authorization];
    return {.verb = verb_of(parser.get().method()),
            .target = {target.data(), target.size()},
            .content_length = length ? std::optional(*length) : std::nullopt,
            .authorization = {authorization.data(), authorization.size()}};
}

template <class Stream>
class Session {
  public:
    Session(Stream stream, const Router& router, Limits limits)
        : stream_(std::move(stream)), router_(router), limits_(limits) {}

    Awaitable<void> run() {
        for (bool goes_on = true; goes_on;) {
            const bool has_begun = co_await request_begins();
            if (!has_begun) co_return;
            goes_on = co_await exchange();
        }
    }

    Stream& stream() { return stream_; }

  private:
    void expire_in(milliseconds time) { beast::get_lowest_layer(stream_).expires_after(time); }

    // The deadline that a body of this size has on the whole.
    milliseconds pace(std::uint64_t size) const {
        return limits_.stall + milliseconds(size * 1000 / limits_.bytes_per_second);
    }

    // Two waits for one head: a connection may rest between requests, but not inside one.
    Awaitable<bool> request_begins() {
        if (buffer_.size() > 0) co_return true;
        expire_in(limits_.idle);
        const auto [error, got] =
            co_await stream_.async_read_some(buffer_.prepare(kMaxHeader), kAwait);
        buffer_.commit(got);
        co_return !error;
    }

    Awaitable<bool> exchange() {
        Parser parser;
        parser.header_limit(kMaxHeader);
        parser.body_limit(boost::none);  // Each path has its own, with a better sentence.
        expire_in(limits_.header);
        const auto [error, got] =
            co_await http::async_read_header(stream_, buffer_, parser, kAwait);
        if (error) co_return co_await refuse_head(error);
        Decision decision = router_.decide(head_of(parser));
        std::optional<Reply> reply = co_await carry_out(decision, parser);
        // What a refused body left is gone before its sender hears of it.
        decision.emplace<Reply>();
        if (!reply) co_return false;
        const bool goes_on = parser.is_done() && parser.get().keep_alive();
        const bool is_head = parser.get().method() == http::verb::head;
        const bool sent = co_await send(*reply, is_head, goes_on);
        if (sent && !parser.is_done()) co_await linger();
        co_return sent&& goes_on;
    }

    // A head that is no HTTP gets an answer; one that is late or broken off gets none.
    Awaitable<bool> refuse_head(error_code error) {
        if (error.category() != make_error_code(http::error::bad_method).category() ||
            error == http::error::end_of_stream || error == http::error::partial_message) {
            co_return false;
        }
        const bool large = error == http::error::header_limit;
        Reply reply = json_reply(
            large ? 431 : 400, "error",
            large ? "the request's head is larger than 8 KiB" : "this is not an HTTP request");
        co_await send(reply, false, false);
        co_return false;
    }

    // nullopt when the peer is gone or too slow.
    Awaitable<std::optional<Reply>> carry_out(Decision& decision, Parser& parser) {
        if (auto* reply = std::get_if<Reply>(&decision)) co_return std::move(*reply);
        auto& receive = std::get<Receive>(decision);
        if (http::token_list{parser.get()[http::field::expect]}.exists("100-continue")) {
            co_await say_continue();
        }
        co_return co_await receive_body(receive, parser);
    }

    Awaitable<void> say_continue() {
        expire_in(limits_.stall);
        const std::string_view words = "HTTP/1.1 100 Continue\r\n\r\n";
        co_await net::async_write(stream_, net::buffer(words), kAwait);
    }

    Awaitable<std::optional<Reply>> receive_body(Receive& receive, Parser& parser) {
        const auto latest = std::chrono::steady_clock::now() + pace(receive.size);
        std::vector<std::uint8_t> piece(kPiece);
        while (!parser.is_done()) {
            auto& body = parser.get().body();
            body.data = piece.data();
            body.size = piece.size();
            beast::get_lowest_layer(stream_).expires_at(
                std::min(latest, std::chrono::steady_clock::now() + limits_.stall));
            const auto [error, got] = co_await http::async_read(stream_, buffer_, parser, kAwait);
            if (error && error != http::error::need_buffer) co_return std::nullopt;
            const std::size_t filled = piece.size() - body.size;
            const Result<> taken = receive.sink->take(ByteView(piece).first(filled));
            if (!taken) co_return error_reply(taken.error());
        }
        co_return receive.sink->end();
    }

    Awaitable<bool> send(Reply& reply, bool head_only, bool goes_on) {
        router_.note(reply);
        const std::uint64_t size = reply.stream ? reply.stream->size() : reply.body.size();
        http::response<http::empty_body> head{http::int_to_status(reply.status), 11};
        head.set(http::field::content_type, reply.content_type);
        head.set(http::field::cache_control, "no-store");
        head.set("X-Content-Type-Options", "nosniff");
        if (!reply.allow.empty()) head.set(http::field::allow, reply.allow);
        head.content_length(size);
        head.keep_alive(goes_on);
        expire_in(limits_.stall);
        const auto [error, sent] = co_await http::async_write(stream_, head, kAwait);
        if (error) co_return false;
        if (head_only) co_return true;
        // No conditional expression: GCC 12 would await both of its sides.
        if (reply.stream) co_return co_await send_stream(*reply.stream);
        co_return co_await send_bytes(as_bytes(reply.body));
    }

    Awaitable<bool> send_bytes(ByteView bytes) {
        while (!bytes.empty()) {
            const ByteView piece = bytes.first(std::min(kPiece, bytes.size()));
            expire_in(limits_.stall);
            const auto [error, sent] =
                co_await net::async_write(stream_, net::buffer(piece.data(), piece.size()), kAwait);
            if (error) co_return false;
            bytes = bytes.subspan(piece.size());
        }
        co_return true;
    }

    Awaitable<bool> send_stream(blob::Reader& reader) {
        std::vector<std::uint8_t> piece(kPiece);
        std::uint64_t left = reader.size();
        while (left > 0) {
            const Result<std::size_t> got = reader.read(piece);
            if (!got || *got == 0) co_return false;  // The peer sees that bytes are missing.
            const bool sent = co_await send_bytes(ByteView(piece).first(*got));
            if (!sent) co_return false;
            left -= *got;
        }
        co_return true;
    }

    Awaitable<void> linger() {
        expire_in(kLinger);
        std::array<std::uint8_t, 16'384> nowhere{};
        for (std::uint64_t drained = 0; drained < blob::kMaxBlob;) {
            const auto [error, got] =
                co_await stream_.async_read_some(net::buffer(nowhere), kAwait);
            if (error) co_return;
            drained += got;
        }
    }

    Stream stream_;
    const Router& router_;
    Limits limits_;
    beast::flat_buffer buffer_;
};

Awaitable<void> serve_tls(beast::tcp_stream tcp, net::ssl::context& tls, const Router& router,
                          Limits limits) {
    using Tls = beast::ssl_stream<beast::tcp_stream>;
    Session<Tls> session(Tls(std::move(tcp), tls), router, limits);
    beast::get_lowest_layer(session.stream()).expires_after(limits.header);
    const auto [error] =
        co_await session.stream().async_handshake(net::ssl::stream_base::server, kAwait);
    if (error) co_return;
    co_await session.run();
    beast::get_lowest_layer(session.stream()).expires_after(kLinger);
    co_await session.stream().async_shutdown(kAwait);
}

}  // namespace

Awaitable<void> serve(beast::tcp_stream stream, net::ssl::context* tls, const Router& router,
                      Limits limits) {
    if (tls != nullptr) {
        co_await serve_tls(std::move(stream), *tls, router, limits);
        co_return;
    }
    Session<beast::tcp_stream> session(std::move(stream), router, limits);
    co_await session.run();
    error_code ignored;
    session.stream().socket().shutdown(net::ip::tcp::socket::shutdown_send, ignored);
}

}  // namespace gotong::gateway
