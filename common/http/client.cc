#include "common/http/client.h"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <utility>

#include "common/tls/certificate.h"

namespace gotong::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace ssl = asio::ssl;
using asio::awaitable;
using asio::use_awaitable;
using TlsStream = beast::ssl_stream<beast::tcp_stream>;

using WireRequest = beast::http::request<beast::http::string_body>;

WireRequest to_wire(const Request& request) {
    const bool put = request.method == Method::put;
    WireRequest wire{put ? beast::http::verb::put : beast::http::verb::get, request.url.target, 11};
    wire.set(beast::http::field::host, request.url.authority());
    wire.set(beast::http::field::user_agent, "gotong");
    wire.set(beast::http::field::connection, "close");
    if (put) {
        wire.set(beast::http::field::content_type, request.content_type);
        wire.body() = request.body;
        wire.prepare_payload();
    }
    return wire;
}

template <class Stream>
awaitable<Response> talk(Stream& stream, const Request& request) {
    auto& socket = beast::get_lowest_layer(stream);
    WireRequest wire = to_wire(request);
    beast::http::request_serializer<beast::http::string_body> serializer{wire};
    while (!serializer.is_done()) {
        socket.expires_after(request.patience);
        co_await beast::http::async_write_some(stream, serializer, use_awaitable);
    }
    beast::http::response_parser<beast::http::string_body> parser;
    parser.body_limit(request.most_bytes);
    beast::flat_buffer buffer;
    while (!parser.is_done()) {
        socket.expires_after(request.patience);
        co_await beast::http::async_read_some(stream, buffer, parser, use_awaitable);
    }
    co_return Response{parser.get().result_int(), std::move(parser.get().body())};
}

awaitable<Response> talk_tls(beast::tcp_stream tcp, const Request& request) {
    ssl::context context{ssl::context::tls_client};
    context.set_default_verify_paths();
    TlsStream stream{std::move(tcp), context};
    tls::expect_host(stream.native_handle(), request.url.host);
    co_await stream.async_handshake(ssl::stream_base::client, use_awaitable);
    // Nothing has been sent yet; the handshake proved that the server holds the certificate's key.
    const bool is_pinned =
        request.pinned && tls::peer_fingerprint(stream.native_handle()) == request.pinned;
    if (!is_pinned && !tls::is_verified(stream.native_handle()))
        throw boost::system::system_error{asio::error::access_denied};
    co_return co_await talk(stream, request);
}

awaitable<Response> converse(const Request& request) {
    const auto executor = co_await asio::this_coro::executor;
    asio::ip::tcp::resolver resolver{executor};
    const auto addresses = co_await resolver.async_resolve(
        request.url.host, std::to_string(request.url.port), use_awaitable);
    beast::tcp_stream stream{executor};
    stream.expires_after(request.patience);
    co_await stream.async_connect(addresses, use_awaitable);
    if (request.url.tls) co_return co_await talk_tls(std::move(stream), request);
    co_return co_await talk(stream, request);
}

Failure failure_of(const boost::system::error_code& error, const Url& url) {
    const std::string where = url.authority();
    if (error == beast::http::error::body_limit)
        return fail(ErrorCode::resource_exhausted, where + " sends more than was agreed");
    if (error == asio::error::access_denied || error.category() == asio::error::get_ssl_category())
        return fail(ErrorCode::permission_denied,
                    where + " does not show the certificate that it should: " + error.message());
    return fail(ErrorCode::unavailable, where + ": " + error.message());
}

}  // namespace

Result<Response> exchange(const Request& request) {
    Result<Response> result =
        fail(ErrorCode::unavailable, request.url.authority() + " took too long");
    asio::io_context io{1};
    const std::stop_callback cut{request.stop, [&io] { io.stop(); }};
    const auto done = [&result](std::exception_ptr error, Response response) {
        if (error) std::rethrow_exception(error);
        result = std::move(response);
    };
    try {
        asio::co_spawn(io, converse(request), done);
        io.run_for(request.within);
    } catch (const boost::system::system_error& error) {
        return failure_of(error.code(), request.url);
    }
    if (request.stop.stop_requested()) return fail(ErrorCode::cancelled, "stopped");
    return result;
}

}  // namespace gotong::http
