// Accepts connections, as many as there is room for, and starts a session for each. Internal to
// the gateway.
#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <cstddef>
#include <cstdint>

#include "common/result.h"
#include "coordinator/gateway/gateway.h"
#include "coordinator/gateway/router.h"

namespace gotong::gateway {

class Listener {
  public:
    // `tls` may be null. `connections`, which counts the open ones, the router and the context
    // outlive the sessions, which end with the executor's context: later than the listener.
    Listener(boost::asio::any_io_executor executor, boost::asio::ssl::context* tls,
             const Router& router, Limits limits, std::atomic<std::size_t>& connections);

    // Errors: failed_precondition.
    Result<> listen(const std::string& host, std::uint16_t port);
    std::uint16_t port() const;

    // Accepts until the executor stops.
    boost::asio::awaitable<void> run();

  private:
    boost::asio::ip::tcp::acceptor acceptor_;
    boost::asio::ssl::context* tls_;
    const Router& router_;
    Limits limits_;
    std::atomic<std::size_t>& connections_;
};

}  // namespace gotong::gateway
