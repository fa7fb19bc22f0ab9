// One connection: requests in, answers out, each step with a deadline. Internal to the gateway.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <chrono>
#include <cstdint>

#include "coordinator/gateway/gateway.h"
#include "coordinator/gateway/router.h"

namespace gotong::gateway {

// Serves until the peer leaves, breaks a rule or is too slow. With `tls` it first shakes hands.
// The router and the context outlive the connection.
boost::asio::awaitable<void> serve(boost::beast::tcp_stream stream, boost::asio::ssl::context* tls,
                                   const Router& router, Limits limits);

}  // namespace gotong::gateway
