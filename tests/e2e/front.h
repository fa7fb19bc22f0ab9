// A front before a pool's gateway, as a proxy is. It passes every request on as it came, but for
// files that are lent to workers: those it hands out in the mood that the test gave it.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

namespace gotong::test {

class Front {
  public:
    enum class Mood {
        honest,
        silent,      // Keeps the connection and says nothing, until the mood changes.
        forbidding,  // 403, as for an address that has expired.
        lying,       // The last byte is another.
    };

    Front();
    ~Front();
    Front(const Front&) = delete;
    Front& operator=(const Front&) = delete;

    std::string url() const;
    // "127.0.0.1:7437". Before the first request.
    void forward_to(const std::string& gateway);
    void be(Mood mood) { mood_ = mood; }
    std::size_t asked() const { return asked_; }  // How often a file was.

  private:
    using tcp = boost::asio::ip::tcp;

    void accept();
    void serve(tcp::socket client);

    std::atomic<Mood> mood_{Mood::honest};
    std::atomic<std::size_t> asked_{0};
    std::atomic<bool> stopping_{false};
    std::atomic<std::uint16_t> gateway_port_{0};
    boost::asio::io_context io_;
    tcp::acceptor acceptor_{io_, {boost::asio::ip::address_v4::loopback(), 0}};
    std::vector<std::jthread> connections_;  // Of the accepting thread alone.
    std::jthread accepting_;
};

}  // namespace gotong::test
