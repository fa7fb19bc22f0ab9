#include "coordinator/gateway/listener.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "coordinator/gateway/session.h"

namespace gotong::gateway {
namespace {

namespace net = boost::asio;
using boost::system::error_code;
using net::ip::tcp;

constexpr auto kAwait = net::as_tuple(net::use_awaitable);
// When the process has no descriptor left, accepting again at once would only spin.
constexpr std::chrono::milliseconds kAfterError{100};

Failure cannot_listen(const std::string& host, std::uint16_t port, const error_code& error) {
    std::string why = error.message();
    if (error == net::error::address_in_use) why = "another program uses it";
    return fail(ErrorCode::failed_precondition,
                "cannot listen on " + host + ":" + std::to_string(port) + ": " + why);
}

// A session, counted while it lives. Touches nothing of the listener.
net::awaitable<void> serve_counted(tcp::socket socket, net::ssl::context* tls, const Router& router,
                                   Limits limits, std::atomic<std::size_t>& connections) {
    struct Leave {
        std::atomic<std::size_t>& connections;
        ~Leave() { --connections; }
    };
    const Leave leave{connections};
    error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    co_await serve(boost::beast::tcp_stream(std::move(socket)), tls, router, limits);
}

}  // namespace

Listener::Listener(net::any_io_executor executor, net::ssl::context* tls, const Router& router,
                   Limits limits, std::atomic<std::size_t>& connections)
    : acceptor_(std::move(executor)),
      tls_(tls),
      router_(router),
      limits_(limits),
      connections_(connections) {}

Result<> Listener::listen(const std::string& host, std::uint16_t port) {
    error_code error;
    tcp::resolver resolver(acceptor_.get_executor());
    const auto found = resolver.resolve(host, std::to_string(port), tcp::resolver::passive, error);
    if (error) return cannot_listen(host, port, error);
    const tcp::endpoint endpoint = *found.begin();
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(net::socket_base::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(net::socket_base::max_listen_connections, error);
    if (error) return cannot_listen(host, port, error);
    return {};
}

std::uint16_t Listener::port() const {
    error_code ignored;
    return acceptor_.local_endpoint(ignored).port();
}

net::awaitable<void> Listener::run() {
    for (;;) {
        // A strand each, so that a session's deadline and its work never run at once.
        tcp::socket socket(net::make_strand(acceptor_.get_executor()));
        const auto [error] = co_await acceptor_.async_accept(socket, kAwait);
        if (error == net::error::operation_aborted) co_return;
        if (error) {
            net::steady_timer pause(acceptor_.get_executor(), kAfterError);
            co_await pause.async_wait(kAwait);
            continue;
        }
        if (connections_ >= limits_.connections) continue;  // Closed without a word.
        ++connections_;
        const net::any_io_executor strand = socket.get_executor();
        net::co_spawn(strand,
                      serve_counted(std::move(socket), tls_, router_, limits_, connections_),
                      net::detached);
    }
}

}  // namespace gotong::gateway
